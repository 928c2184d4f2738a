namespace ResNet.Net.Orleans;

/// <summary>Represents the progress of a job, and the workers of its cluster. Crosses the network between silos.</summary>
[GenerateSerializer, Immutable, Alias("ResNet.Net.JobProgress")]
public sealed record JobProgress
{
    /// <summary>Gets the state.</summary>
    [Id(0)]
    public required JobState State { get; init; }

    /// <summary>Gets the number of images that are listed so far.</summary>
    [Id(1)]
    public required long Images { get; init; }

    /// <summary>Gets the number of images whose result or failure is final.</summary>
    [Id(2)]
    public required long Completed { get; init; }

    /// <summary>Gets the number of completed images that failed.</summary>
    [Id(3)]
    public required long Failed { get; init; }

    /// <summary>Gets <see cref="JobStatus.ImagesPerSecond"/>.</summary>
    [Id(4)]
    public double? ImagesPerSecond { get; init; }

    /// <summary>Gets <see cref="JobStatus.Remaining"/>.</summary>
    [Id(5)]
    public TimeSpan? Remaining { get; init; }

    /// <summary>Gets the workers of the cluster that reported in the last 30 seconds, by name.</summary>
    [Id(6)]
    public required IReadOnlyList<WorkerRate> Workers { get; init; }
}
