namespace ResNet.Net.Orleans;

/// <summary>Represents a worker of the cluster and its speed.</summary>
/// <param name="Name">The name of the worker.</param>
/// <param name="ImagesWritten">The number of rows that it has written since it started, of all jobs.</param>
/// <param name="ImagesPerSecond">The rows per second that it wrote in the last five minutes, or since it started.</param>
[GenerateSerializer, Immutable, Alias("ResNet.Net.WorkerRate")]
public sealed record WorkerRate(
    [property: Id(0)] string Name, [property: Id(1)] long ImagesWritten, [property: Id(2)] double ImagesPerSecond);
