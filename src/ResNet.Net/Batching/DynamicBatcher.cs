namespace ResNet.Net;

/// <summary>
/// Combines the inputs of concurrent callers into batches: each caller submits one input and receives its result, and a function processes
/// several inputs at once. A server uses it in front of a model that is faster per image in batches, such as on a GPU.
/// </summary>
/// <remarks>
/// <para>
/// A batch starts when fewer than <see cref="DynamicBatcherOptions.MaxConcurrentBatches"/> run, and either
/// <see cref="DynamicBatcherOptions.MaxBatchSize"/> inputs wait or the oldest has waited for
/// <see cref="DynamicBatcherOptions.MaxQueueDelay"/>. Inputs start in the order of their submission.
/// </para>
/// <para>
/// Thread-safe. No thread waits for results, and the function runs on the thread pool, without the execution context of any caller.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await using DynamicBatcher&lt;InputImage, ClassificationOutcome&gt; batcher =
///     new((images, token) => classifier.ClassifyBatchAsync(images, 5, token));
/// ClassificationOutcome outcome = await batcher.SubmitAsync("cat.jpg", cancellationToken);
/// </code>
/// </example>
/// <typeparam name="TInput">The type of an input.</typeparam>
/// <typeparam name="TResult">The type of the result of an input.</typeparam>
public sealed partial class DynamicBatcher<TInput, TResult> : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TInput>, CancellationToken, Task<IReadOnlyList<TResult>>> _run;
    private readonly DynamicBatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly BatcherTelemetry _telemetry;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Initializes a new instance of the <see cref="DynamicBatcher{TInput, TResult}"/> class.</summary>
    /// <param name="run">
    /// Processes a batch: returns one result per input, in the order of the inputs. An exception fails all inputs of the batch. The token
    /// is canceled when every input of the batch is canceled.
    /// </param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">A value of <paramref name="options"/> is out of range.</exception>
    public DynamicBatcher(
        Func<IReadOnlyList<TInput>, CancellationToken, Task<IReadOnlyList<TResult>>> run, DynamicBatcherOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        _options = options ?? new DynamicBatcherOptions();
        _options.Validate();
        _run = run;
        _time = _options.TimeProvider;
        _telemetry = BatcherTelemetry.For(_options.Name);
        _maxQueueDelay = ToTimestamp(_options.MaxQueueDelay);
        _maxQueueTime = _options.MaxQueueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : ToTimestamp(_options.MaxQueueTime);

        // A timer keeps the execution context in which it is created.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = _time.CreateTimer(
            static state => ((DynamicBatcher<TInput, TResult>)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets the number of inputs that wait in the queue, from 0 to <see cref="DynamicBatcherOptions.MaxQueueLength"/>.</summary>
    public int QueueLength => Volatile.Read(ref _queueLength);

    /// <summary>Submits an input. Its result arrives when its batch has run.</summary>
    /// <param name="input">The input. It must not change until the task completes.</param>
    /// <param name="cancellationToken">
    /// Cancels the input. If it is queued, it leaves the queue immediately and doesn't run. If it runs, the task is canceled and the rest
    /// of the batch continues.
    /// </param>
    /// <returns>The result. Every exception is thrown when the task is awaited.</returns>
    /// <exception cref="BatcherRejectedException">
    /// The queue is full, the input waited longer than <see cref="DynamicBatcherOptions.MaxQueueTime"/>, or <see cref="DrainAsync"/> was
    /// called.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The batcher was disposed before the batch of the input started.</exception>
    /// <exception cref="ResNetException">The function returned <see langword="null"/>, or not one result per input.</exception>
    /// <exception cref="Exception">The function threw this exception.</exception>
    public Task<TResult> SubmitAsync(TInput input, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult>(cancellationToken);
        }

        // Registered first: a submission that is canceled before it enters the queue doesn't enter it.
        Submission submission = new(this, input);
        submission.Register(cancellationToken);
        Exception? refusal;
        Submission? expired;
        lock (_lock)
        {
            refusal = Enqueue(submission, out expired);
        }

        Expire(expired);
        if (refusal is not null)
        {
            submission.Fail(refusal);
            if (refusal is BatcherRejectedException)
            {
                _telemetry.Rejected(FailureReason.Of(refusal));
            }
        }

        return submission.Task;
    }

    /// <summary>
    /// Stops accepting inputs, runs the queued ones without further delay, and waits until all are completed. A server calls it when it
    /// shuts down. Inputs that are submitted later are rejected.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait only. <see cref="DisposeAsync"/> then ends what remains in the queue.</param>
    /// <returns>A task that completes when the tasks of all inputs have completed.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public Task DrainAsync(CancellationToken cancellationToken = default)
    {
        Submission? expired;
        lock (_lock)
        {
            _draining = true;
            expired = Advance(_time.GetTimestamp());
        }

        Expire(expired);
        Complete(0);
        return _drained.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Stops accepting inputs, fails the queued ones with an <see cref="ObjectDisposedException"/>, and waits for the running batches,
    /// whose inputs receive their results. Call <see cref="DrainAsync"/> first to run what is queued.
    /// </summary>
    /// <remarks>The function that runs batches must not wait for this method, because it would wait for itself.</remarks>
    /// <returns>A task that completes when the tasks of all inputs have completed and no batch runs.</returns>
    public async ValueTask DisposeAsync()
    {
        Submission? queued;
        lock (_lock)
        {
            _draining = true;
            _disposed = true;
            queued = TakeAll();
        }

        int count = 0;
        for (Submission? next; queued is not null; queued = next, count++)
        {
            next = queued.Next;
            queued.Fail(Disposed());
        }

        Complete(count);
        await _drained.Task.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private static ObjectDisposedException Disposed() => new(nameof(DynamicBatcher<TInput, TResult>));

    private void Cancel(Submission submission, CancellationToken token)
    {
        bool wasQueued = false;
        CancellationTokenSource? batch = null;
        lock (_lock)
        {
            switch (submission.State)
            {
                case SubmissionState.Queued:
                    Remove(submission);
                    wasQueued = true;
                    break;
                case SubmissionState.Running:
                    batch = submission.Batch!.Leave();
                    break;
                case SubmissionState.Ended:
                    return;
            }

            submission.State = SubmissionState.Ended;
        }

        submission.TrySetCanceled(token);
        if (wasQueued)
        {
            Complete(1);
            _telemetry.Canceled();
        }

        // Not by Cancel: callbacks of the function must not run on the thread of this caller, nor throw to it.
        _ = batch?.CancelAsync();
    }

    private void OnTimer()
    {
        Submission? expired;
        lock (_lock)
        {
            _timerDue = long.MaxValue;
            expired = Advance(_time.GetTimestamp());
        }

        Expire(expired);
    }

    /// <summary>Fails submissions that left the queue because they waited too long. Called without the lock.</summary>
    private void Expire(Submission? submissions)
    {
        int count = 0;
        for (Submission? next; submissions is not null; submissions = next, count++)
        {
            next = submissions.Next;
            TimeSpan waited = _time.GetElapsedTime(submissions.Enqueued);
            submissions.Fail(new BatcherRejectedException(
                BatcherRejectionReason.QueueTimeout,
                $"The input waited for {waited.TotalSeconds:0.###} s in the queue of the batcher, and MaxQueueTime is "
                    + $"{_options.MaxQueueTime.TotalSeconds:0.###} s. Submit it again later, or increase MaxQueueTime.",
                QueueLength,
                waited));
        }

        if (count > 0)
        {
            Complete(count);
            _telemetry.Rejected(FailureReason.QueueTimeout, count);
        }
    }

    /// <summary>Records that the tasks of accepted inputs have completed. Called without the lock.</summary>
    private void Complete(int count)
    {
        bool drained;
        lock (_lock)
        {
            _accepted -= count;
            drained = _draining && _accepted == 0;
        }

        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    private long ToTimestamp(TimeSpan time) => (long)((Int128)time.Ticks * _time.TimestampFrequency / TimeSpan.TicksPerSecond);
}
