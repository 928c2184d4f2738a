namespace ResNet.Net.Orleans;

/// <summary>Specifies what <see cref="JobStore.CompleteShardAsync"/> did.</summary>
public enum ShardCompletion
{
    /// <summary>All rows were written and the shard was closed, in one transaction.</summary>
    Written,

    /// <summary>
    /// Nothing was written: the lease ran out and another worker took the shard, or the job was canceled. Discard the rows.
    /// </summary>
    LeaseLost,
}
