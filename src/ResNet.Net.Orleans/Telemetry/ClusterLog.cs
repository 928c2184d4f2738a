using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>
/// Defines the log events of stores and workers. Ids and names are a contract (docs/diagnostics.md) and are never reused.
/// </summary>
internal static partial class ClusterLog
{
    [LoggerMessage(700, LogLevel.Warning, "The database {Database} can't be used ({Operation}). The operation is repeated.")]
    public static partial void StoreUnavailable(this ILogger log, string operation, string database, Exception exception);

    [LoggerMessage(701, LogLevel.Error, "Shard {Shard} of job {Job} is given up after {Attempts} attempts: {Reason}")]
    public static partial void ShardGivenUp(this ILogger log, int shard, long job, int attempts, string reason);

    [LoggerMessage(702, LogLevel.Debug, "Shard {Shard} of job {Job} is closed with {Images} rows.")]
    public static partial void ShardCompleted(this ILogger log, int shard, long job, int images);

    [LoggerMessage(703, LogLevel.Warning, "Shard {Shard} of job {Job} was taken by another worker or canceled. Its rows are discarded.")]
    public static partial void LeaseLost(this ILogger log, int shard, long job);

    [LoggerMessage(704, LogLevel.Warning, "The lease of shard {Shard} of job {Job} could not be renewed.")]
    public static partial void RenewalFailed(this ILogger log, int shard, long job, Exception exception);

    [LoggerMessage(705, LogLevel.Error, "Shard {Shard} of job {Job} failed and is given back.")]
    public static partial void ShardFailed(this ILogger log, int shard, long job, Exception exception);

    [LoggerMessage(706, LogLevel.Warning, "The rows of shard {Shard} of job {Job} wait for the database.")]
    public static partial void RowsWaiting(this ILogger log, int shard, long job, Exception exception);

    [LoggerMessage(707, LogLevel.Warning, "Job {Job} is left to other machines: {Reason}")]
    public static partial void JobRefused(this ILogger log, long job, string reason);

    [LoggerMessage(708, LogLevel.Warning, "Shard {Shard} of job {Job} could not be given back; it is free when its lease runs out.")]
    public static partial void ReleaseFailed(this ILogger log, int shard, long job, Exception exception);

    [LoggerMessage(709, LogLevel.Error, "The worker failed. It starts again in {Seconds} seconds.")]
    public static partial void WorkerFailed(this ILogger log, double seconds, Exception exception);

    [LoggerMessage(710, LogLevel.Debug, "The worker could not report its speed to the cluster.")]
    public static partial void ReportFailed(this ILogger log, Exception exception);

    [LoggerMessage(711, LogLevel.Critical, "The silo can't go on, and the application stops: {Reason}")]
    public static partial void SiloEnded(this ILogger log, string reason, Exception? exception);

    [LoggerMessage(712, LogLevel.Warning, "The sessions of {Count} workers that stopped while they wrote rows were ended.")]
    public static partial void StuckSessionsEnded(this ILogger log, int count);

    [LoggerMessage(
        713, LogLevel.Warning, "The user of the database may not end sessions. A worker that stops while it writes rows keeps its shard.")]
    public static partial void StuckSessionsKept(this ILogger log, Exception exception);

    [LoggerMessage(714, LogLevel.Warning, "Shard {Shard} of job {Job} was begun, but is not recorded as an attempt.")]
    public static partial void StartNotRecorded(this ILogger log, int shard, long job, Exception exception);
}
