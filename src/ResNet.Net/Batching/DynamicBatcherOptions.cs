namespace ResNet.Net;

/// <summary>Specifies how a <see cref="DynamicBatcher{TInput, TResult}"/> forms batches and bounds its queue.</summary>
/// <remarks>Immutable: use <c>with</c> to change it. The batcher validates the values.</remarks>
public sealed record DynamicBatcherOptions
{
    /// <summary>The largest <see cref="MaxBatchSize"/>, and the largest <see cref="MaxConcurrentBatches"/>.</summary>
    private const int Largest = 1024;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    /// <summary>Gets the name of the batcher in metrics and traces, such as the name of its model. Batchers may share a name.</summary>
    /// <value>The default is <c>default</c>.</value>
    public string Name { get; init; } = "default";

    /// <summary>Gets the maximum number of inputs in a batch, 1 to 1024.</summary>
    /// <remarks>Set the <see cref="ResNetModelOptions.BatchSize"/> of the model to the same number.</remarks>
    /// <value>The default is 8.</value>
    public int MaxBatchSize { get; init; } = 8;

    /// <summary>
    /// Gets the maximum time that an input waits for others to fill its batch, while fewer than <see cref="MaxConcurrentBatches"/> run.
    /// At least zero and less than <see cref="MaxQueueTime"/>.
    /// </summary>
    /// <remarks>
    /// With zero, an idle batcher runs an input immediately, and batches fill while others run. A delay trades the latency of a lightly
    /// loaded system for larger batches. The timers of .NET have a resolution of one millisecond, on Windows about 15 milliseconds.
    /// </remarks>
    /// <value>The default is zero.</value>
    public TimeSpan MaxQueueDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Gets the maximum number of inputs in the queue, at least <see cref="MaxBatchSize"/>. Running inputs don't count.</summary>
    /// <value>The default is 1024.</value>
    public int MaxQueueLength { get; init; } = 1024;

    /// <summary>
    /// Gets the maximum time that an input waits in the queue. After that time it is rejected and doesn't run. More than zero, up to one
    /// day; or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan MaxQueueTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the maximum number of batches that run at the same time, 1 to 1024.</summary>
    /// <value>The default is 2, so that the images of one batch are decoded while the model runs on another.</value>
    public int MaxConcurrentBatches { get; init; } = 2;

    /// <summary>Gets the clock that measures waiting times and creates the timer.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the function that runs a batch on another thread. It is called under a lock.</summary>
    /// <value>The default is the thread pool.</value>
    internal Action<IThreadPoolWorkItem> Start { get; init; }
        = static batch => ThreadPool.UnsafeQueueUserWorkItem(batch, preferLocal: false);

    /// <exception cref="ArgumentException">A value is out of range; the message names the property.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxBatchSize, Largest);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentBatches, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConcurrentBatches, Largest);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxQueueLength, MaxBatchSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxQueueDelay, TimeSpan.Zero);
        if (MaxQueueTime == Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxQueueDelay, LongestTime);
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(MaxQueueTime, MaxQueueDelay);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxQueueTime, LongestTime);
        }
    }
}
