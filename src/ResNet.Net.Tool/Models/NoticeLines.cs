namespace ResNet.Net.Tool.Models;

/// <summary>Writes the notices of a download, one a line, and ignores its progress.</summary>
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
