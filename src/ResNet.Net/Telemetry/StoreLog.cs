using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>Defines the log events of a store. Ids and names are a contract (docs/diagnostics.md) and are never reused.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(200, LogLevel.Information, "Downloading {File} ({Bytes} bytes, of which {ExistingBytes} exist) from {Source}.")]
    public static partial void DownloadStarted(this ILogger log, string file, long bytes, long existingBytes, string source);

    [LoggerMessage(201, LogLevel.Information, "Downloaded and verified {File} from {Source} in {Seconds:0.0} s. Its path is {Path}.")]
    public static partial void DownloadFinished(this ILogger log, string file, string source, double seconds, string path);

    [LoggerMessage(202, LogLevel.Warning, "{Source}: {Problem}; retry {Attempt} of {Retries} in {Seconds:0.0} s.")]
    public static partial void DownloadRetried(this ILogger log, string source, string problem, double seconds, int attempt, int retries);

    [LoggerMessage(203, LogLevel.Information, "{Source}: {Note}")]
    public static partial void DownloadNote(this ILogger log, string source, string note);

    [LoggerMessage(204, LogLevel.Warning, "{Source} does not provide {File}: {Problem}. Trying the next source, if any.")]
    public static partial void SourceFailed(this ILogger log, string source, string file, string problem);

    [LoggerMessage(205, LogLevel.Error, "{Origin} differs from {File} and is not used: {Difference}.")]
    public static partial void VerificationFailed(this ILogger log, string origin, string file, string difference);

    [LoggerMessage(206, LogLevel.Warning, "The damaged file {Path} was renamed to {NewPath}.")]
    public static partial void FileQuarantined(this ILogger log, string path, string newPath);

    [LoggerMessage(207, LogLevel.Warning, "{Path} cannot be read and is not used: {Reason}.")]
    public static partial void FileUnreadable(this ILogger log, string path, string reason);

    [LoggerMessage(208, LogLevel.Information, "Another process or thread is downloading {File}; waiting for it.")]
    public static partial void WaitingForOther(this ILogger log, string file);

    [LoggerMessage(209, LogLevel.Warning, "No SHA-256 is published for the {File}. '{Path}' is used. Its SHA-256 {Sha256} is recorded.")]
    public static partial void HashAccepted(this ILogger log, string path, string file, string sha256);

    [LoggerMessage(210, LogLevel.Information, "Imported {Model} from Caffe2's format in {Seconds:0.0} s.")]
    public static partial void ModelImported(this ILogger log, string model, double seconds);

    [LoggerMessage(211, LogLevel.Warning, "Import of {Model}: {Warning}")]
    public static partial void ImportWarning(this ILogger log, string model, string warning);

    [LoggerMessage(212, LogLevel.Information, "The imported model {Model} cannot be stored: {Reason}.")]
    public static partial void ImportNotStored(this ILogger log, string model, string reason);

    [LoggerMessage(213, LogLevel.Warning, "The imported model '{Folder}' is unusable and is replaced: {Reason}.")]
    public static partial void ImportRejected(this ILogger log, string folder, string reason);
}
