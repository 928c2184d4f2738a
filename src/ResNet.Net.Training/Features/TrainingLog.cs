using Microsoft.Extensions.Logging;

namespace ResNet.Net.Training;

/// <summary>Defines the log events of training. Ids and names are a contract (docs/diagnostics.md) and are never reused.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(600, LogLevel.Information, "The feature cache {Path} has {Vectors} vectors.")]
    public static partial void FeatureCacheOpened(this ILogger log, string path, int vectors);

    [LoggerMessage(601, LogLevel.Warning, "The feature cache {Path} is not used and will be replaced: {Problem}.")]
    public static partial void FeatureCacheRejected(this ILogger log, string path, string problem);

    [LoggerMessage(602, LogLevel.Warning, "The feature cache {Path} is damaged in part. The damaged vectors are computed again.")]
    public static partial void FeatureCacheDamaged(this ILogger log, string path);

    [LoggerMessage(603, LogLevel.Warning, "The feature cache {Path} cannot be read, so that all features are computed: {Reason}")]
    public static partial void FeatureCacheUnreadable(this ILogger log, string path, string reason);

    [LoggerMessage(604, LogLevel.Warning, "New features are not written to the feature cache {Path}: {Reason}.")]
    public static partial void FeatureCacheNotWritten(this ILogger log, string path, string reason);
}
