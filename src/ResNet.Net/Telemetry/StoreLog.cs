using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>The events of a store. Ids and names are a contract (docs/diagnostics.md): they are never given to another event.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(200, LogLevel.Information, "Downloading {File} ({Bytes} bytes, {BytesHere} of them here) from {Source}.")]
    public static partial void DownloadStarted(this ILogger log, string file, long bytes, long bytesHere, string source);

    [LoggerMessage(201, LogLevel.Information, "Downloaded {File} from {Source} in {Seconds:0.0} s; its SHA-256 is right. It is {Path}.")]
    public static partial void DownloadFinished(this ILogger log, string file, string source, double seconds, string path);

    [LoggerMessage(202, LogLevel.Warning, "{Source}: {Problem}; trying again in {Seconds:0.0} s ({Attempt} of {Retries}).")]
    public static partial void DownloadRetried(this ILogger log, string source, string problem, double seconds, int attempt, int retries);

    [LoggerMessage(203, LogLevel.Information, "{Source}: {Note}")]
    public static partial void DownloadNote(this ILogger log, string source, string note);

    [LoggerMessage(204, LogLevel.Warning, "{Source} does not give {File}: {Problem}. The next source is asked, if there is one.")]
    public static partial void SourceFailed(this ILogger log, string source, string file, string problem);

    [LoggerMessage(205, LogLevel.Error, "What {Origin} has in place of {File} has other bytes: {Finding}. It is not used.")]
    public static partial void VerificationFailed(this ILogger log, string origin, string file, string finding);

    [LoggerMessage(206, LogLevel.Warning, "The damaged file {Path} was set aside as {NewPath}.")]
    public static partial void FileSetAside(this ILogger log, string path, string newPath);

    [LoggerMessage(207, LogLevel.Warning, "{Path} cannot be read and is not used: {Finding}.")]
    public static partial void FileUnreadable(this ILogger log, string path, string finding);

    [LoggerMessage(208, LogLevel.Information, "{File} is being brought by another process or thread: waiting for it.")]
    public static partial void WaitingForOther(this ILogger log, string file);
}
