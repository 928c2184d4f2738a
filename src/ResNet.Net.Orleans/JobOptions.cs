namespace ResNet.Net.Orleans;

/// <summary>Represents the options of a job. They are stored with it and apply on every machine.</summary>
public sealed record JobOptions
{
    /// <summary>The largest value of <see cref="ShardSize"/>.</summary>
    internal const int LargestShard = 100_000;

    /// <summary>
    /// Gets the number of classes per image, at least 1; the default is 5. A larger number than there are classes means all.
    /// </summary>
    public int TopK { get; init; } = 5;

    /// <summary>
    /// Gets the number of images per shard, from 1 to 100,000; the default is 1,000. A shard is what a worker takes, and what is repeated
    /// if it fails.
    /// </summary>
    public int ShardSize { get; init; } = 1000;

    /// <summary>
    /// Gets the time after which another worker may take a shard whose worker doesn't answer, up to a day; the default is one minute.
    /// Workers renew their leases every third of it. The clock of the database counts; if it is set back, a lease lasts at most twice this
    /// time.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets how often workers may fail on a shard, or read none of its images, at least 1; the default is 5. Then each of its images gets
    /// a row with the reason, so that an image that crashes its process doesn't stop the cluster. A machine that is lost counts for the
    /// shard that it had begun: use more where machines are often taken away.
    /// </summary>
    public int MaxAttempts { get; init; } = 5;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TopK, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShardSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ShardSize, LargestShard);
        ArgumentOutOfRangeException.ThrowIfLessThan(LeaseTime, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LeaseTime, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
    }
}
