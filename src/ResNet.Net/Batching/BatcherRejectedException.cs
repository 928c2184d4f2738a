namespace ResNet.Net;

/// <summary>
/// The exception that is thrown when a <see cref="DynamicBatcher{TInput, TResult}"/> rejects an input because of its load. The input did
/// not run and can be submitted again.
/// </summary>
public sealed class BatcherRejectedException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="BatcherRejectedException"/> class.</summary>
    /// <param name="reason">The reason for the rejection.</param>
    /// <param name="message">Why the input was rejected, and what to do about it.</param>
    /// <param name="queueLength">The number of inputs in the queue.</param>
    /// <param name="queueTime">The longest time that an input has waited in the queue.</param>
    public BatcherRejectedException(BatcherRejectionReason reason, string message, int queueLength, TimeSpan queueTime)
        : base(message)
    {
        Reason = reason;
        QueueLength = queueLength;
        QueueTime = queueTime;
    }

    /// <summary>Gets the reason for the rejection.</summary>
    public BatcherRejectionReason Reason { get; }

    /// <summary>Gets the number of inputs in the queue at the time of the rejection, without the rejected one.</summary>
    public int QueueLength { get; }

    /// <summary>
    /// Gets the time that the rejected input waited in the queue. If it was rejected immediately, gets the time that the oldest input in
    /// the queue had waited. A server can use it as its <c>Retry-After</c>.
    /// </summary>
    public TimeSpan QueueTime { get; }
}
