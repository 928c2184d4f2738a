using System.Globalization;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Shows the download of a model on one line of a terminal; writes nothing to files and pipes.</summary>
internal sealed class DownloadProgress : IProgress<ModelDownloadProgress>
{
    private const int LineCells = 78;

    private bool _shown;

    public void Report(ModelDownloadProgress value)
    {
        if (Console.IsErrorRedirected)
        {
            return;
        }

        if (value.Notice is not null)
        {
            Terminal.RawError.WriteLine($"\r{Terminal.Printable(value.Notice).PadRight(LineCells)}");
        }

        if (value.Stage == ModelDownloadStage.Done)
        {
            Terminal.RawError.Write(_shown ? $"\r{new string(' ', LineCells)}\r" : "");
            return;
        }

        _shown = true;
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{value.ModelId}: {value.Stage} {value.Bytes / 1e6:F1} of {value.TotalBytes / 1e6:F1} MB, "
            + $"{value.BytesPerSecond / 1e6:F1} MB/s");
        Terminal.RawError.Write($"\r{line.PadRight(LineCells)}");
    }
}
