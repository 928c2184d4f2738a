namespace ResNet.Net;

/// <summary>Specifies why a <see cref="DynamicBatcher{TInput, TResult}"/> rejected an input.</summary>
public enum BatcherRejectionReason
{
    /// <summary>The queue contained <see cref="DynamicBatcherOptions.MaxQueueLength"/> inputs.</summary>
    QueueFull,

    /// <summary>The input waited in the queue for <see cref="DynamicBatcherOptions.MaxQueueTime"/>.</summary>
    QueueTimeout,

    /// <summary>The batcher completes its queue and accepts no inputs.</summary>
    Draining,
}
