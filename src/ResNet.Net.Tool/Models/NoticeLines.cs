namespace ResNet.Net.Samples.Models;

/// <summary>Passes on only what people should know, a line each.</summary>
internal sealed class NoticeLines(TextWriter error) : IProgress<ModelDownloadProgress>
{
    public void Report(ModelDownloadProgress value)
    {
        if (value.Notice is not null)
        {
            error.WriteLine($"{value.ModelId}: {value.Notice}");
        }
    }
}
