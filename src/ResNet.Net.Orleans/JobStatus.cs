namespace ResNet.Net.Orleans;

/// <summary>Represents the progress of a job at one moment, by the clock of the database.</summary>
public sealed record JobStatus
{
    /// <summary>Gets the job.</summary>
    public required ClassificationJob Job { get; init; }

    /// <summary>Gets the state.</summary>
    public required JobState State { get; init; }

    /// <summary>
    /// Gets the number of images that are listed so far: all of them, unless the job is <see cref="JobState.Submitting"/>.
    /// </summary>
    public required long Images { get; init; }

    /// <summary>Gets the number of images whose result or failure is final. Images that are being retried don't count.</summary>
    public required long Completed { get; init; }

    /// <summary>Gets the number of completed images that failed.</summary>
    public required long Failed { get; init; }

    /// <summary>Gets the number of shards.</summary>
    public required long Shards { get; init; }

    /// <summary>Gets the number of shards that are not closed, including leased ones.</summary>
    public required long OpenShards { get; init; }

    /// <summary>Gets the number of shards that a worker has now.</summary>
    public required long LeasedShards { get; init; }

    /// <summary>
    /// Gets the number of shards that were given up after <see cref="JobOptions.MaxAttempts"/>; see
    /// <see cref="JobStore.GetFailedShardsAsync"/>.
    /// </summary>
    public required long FailedShards { get; init; }

    /// <summary>Gets the number of workers that have a shard now.</summary>
    public required int Workers { get; init; }

    /// <summary>
    /// Gets the images per second of the last five minutes, or of the whole job if it has ended; <see langword="null"/> if no shard was
    /// closed in that time.
    /// </summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>
    /// Gets the estimated time to the end at <see cref="ImagesPerSecond"/>; <see langword="null"/> if it is unknown, for example while
    /// images are being listed.
    /// </summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Gets when a worker first took a shard that is now closed; <see langword="null"/> if none is.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets when a shard was last closed; <see langword="null"/> if none is.</summary>
    public DateTimeOffset? LastClosedAt { get; init; }

    /// <summary>Gets the number of completed images that succeeded.</summary>
    public long Succeeded => Completed - Failed;
}
