using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>Represents the options of a <see cref="ShardWorker"/>.</summary>
public sealed record ShardWorkerOptions
{
    /// <summary>Gets the name for operators; <see langword="null"/> for the name of the machine and the id of the process.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Gets how many images are read ahead of the model, at least 1; the default is 32. Downloads run concurrently, files are read by one
    /// thread per four images. More of them hide a slower network or storage; each takes the memory of its encoded file.
    /// </summary>
    public int ReadAhead { get; init; } = 32;

    /// <summary>Gets how long the worker waits before it looks for shards again if there were none; the default is one second.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Gets how long the worker leaves a job alone whose model or images this machine doesn't have; the default is one minute.
    /// </summary>
    public TimeSpan RefusalTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets how long a worker that is stopped may take to finish its shard; the default is 10 seconds. Then it gives the shard back, and
    /// what it classified of it is lost.
    /// </summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets whether the worker ends when no shard is open in any job that it can take: by then other workers have completed theirs. The
    /// default is <see langword="false"/>: it waits for jobs.
    /// </summary>
    public bool StopWhenIdle { get; init; }

    /// <summary>Gets where log events go; <see langword="null"/> for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ReadAhead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RefusalTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(StopTime, TimeSpan.Zero);
    }
}
