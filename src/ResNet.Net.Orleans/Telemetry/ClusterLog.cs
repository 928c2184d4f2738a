using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>Defines the log events of stores and workers. Ids and names are a contract (docs/diagnostics.md) and are never reused.</summary>
internal static partial class ClusterLog
{
    [LoggerMessage(600, LogLevel.Warning, "The database {Database} can't be used ({Operation}). The operation is repeated.")]
    public static partial void StoreUnavailable(this ILogger log, string operation, string database, Exception exception);

    [LoggerMessage(601, LogLevel.Error, "Shard {Shard} of job {Job} is given up after {Attempts} attempts: {Reason}")]
    public static partial void ShardGivenUp(this ILogger log, int shard, long job, int attempts, string reason);
}
