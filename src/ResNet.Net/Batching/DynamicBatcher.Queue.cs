namespace ResNet.Net;

// The queue. Everything in this file requires the lock. None of it completes a task or calls foreign code other than the clock and the
// function that starts batches.
public sealed partial class DynamicBatcher<TInput, TResult>
{
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private readonly long _maxQueueDelay;
    private readonly long _maxQueueTime;

    // A linked list through the submissions, so that a canceled one leaves it in constant time.
    private Submission? _first;
    private Submission? _last;
    private int _queueLength;
    private int _running;

    // The number of inputs that entered the queue and whose tasks have not completed.
    private int _accepted;
    private long _timerDue = long.MaxValue;
    private bool _draining;
    private bool _disposed;

    /// <summary>Adds a submission to the queue and starts what can start.</summary>
    /// <param name="submission">The submission.</param>
    /// <param name="expired">The submissions that left the queue because they waited too long.</param>
    /// <returns>The exception of a submission that is refused; otherwise null.</returns>
    private Exception? Enqueue(Submission submission, out Submission? expired)
    {
        expired = null;
        if (submission.State != SubmissionState.New)
        {
            return null;
        }

        long now = _time.GetTimestamp();
        if (_queueLength == _options.MaxQueueLength)
        {
            expired = Advance(now);
        }

        if (_draining || _queueLength == _options.MaxQueueLength)
        {
            submission.State = SubmissionState.Ended;
            return _disposed ? Disposed() : Refuse(now);
        }

        submission.Enqueued = now;
        submission.State = SubmissionState.Queued;
        submission.Previous = _last;
        _ = _last is null ? _first = submission : _last.Next = submission;
        _last = submission;
        _accepted++;
        ChangeQueueLength(1);
        Submission? others = Advance(now);
        expired ??= others;
        return null;
    }

    private BatcherRejectedException Refuse(long now)
    {
        TimeSpan oldest = _first is null ? TimeSpan.Zero : _time.GetElapsedTime(_first.Enqueued, now);
        BatcherRejectionReason reason = _draining ? BatcherRejectionReason.Draining : BatcherRejectionReason.QueueFull;
        string message = _draining
            ? "The batcher is shutting down and accepts no inputs. Submit the input to another instance."
            : $"The queue of the batcher is full: {_queueLength} inputs are waiting, the oldest for {oldest.TotalSeconds:0.###} s. "
                + "Submit the input again later, or increase MaxQueueLength.";
        return new BatcherRejectedException(reason, message, _queueLength, oldest);
    }

    /// <summary>Removes the submissions that have waited too long, starts the batches that can start, and sets the timer.</summary>
    /// <param name="now">The current timestamp.</param>
    /// <returns>The first of the removed submissions, which are linked by <see cref="Submission.Next"/>.</returns>
    private Submission? Advance(long now)
    {
        Submission? expired = null;
        Submission? lastExpired = null;
        while (_first is Submission submission && now - submission.Enqueued >= _maxQueueTime)
        {
            Remove(submission);
            submission.State = SubmissionState.Ended;
            _ = lastExpired is null ? expired = submission : lastExpired.Next = submission;
            lastExpired = submission;
        }

        while (_running < _options.MaxConcurrentBatches && IsBatchDue(now))
        {
            Submission[] submissions = new Submission[Math.Min(_queueLength, _options.MaxBatchSize)];
            Batch batch = new(this, submissions);
            for (int i = 0; i < submissions.Length; i++)
            {
                submissions[i] = _first!;
                Remove(submissions[i]);
                submissions[i].State = SubmissionState.Running;
                submissions[i].Batch = batch;
            }

            _running++;
            _options.Start(batch);
        }

        SetTimer(now);
        return expired;
    }

    private bool IsBatchDue(long now)
        => _first is not null && (_queueLength >= _options.MaxBatchSize || _draining || now - _first.Enqueued >= _maxQueueDelay);

    /// <summary>
    /// Sets the timer to when the oldest submission is due, unless it fires earlier anyway. A timer that fires too early is set again.
    /// </summary>
    private void SetTimer(long now)
    {
        if (_first is null)
        {
            return;
        }

        long wait = _running < _options.MaxConcurrentBatches ? _maxQueueDelay : _maxQueueTime;
        if (wait == long.MaxValue || _first.Enqueued + wait >= _timerDue)
        {
            return;
        }

        // Timers round down to milliseconds, and would fire again and again during the last one.
        _timerDue = _first.Enqueued + wait;
        double milliseconds = Math.Ceiling(_time.GetElapsedTime(now, _timerDue).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(milliseconds, 1)), Timeout.InfiniteTimeSpan);
    }

    private Submission? TakeAll()
    {
        Submission? first = _first;
        for (Submission? submission = first; submission is not null; submission = submission.Next)
        {
            submission.State = SubmissionState.Ended;
        }

        ChangeQueueLength(-_queueLength);
        _first = _last = null;
        return first;
    }

    private void Remove(Submission submission)
    {
        _ = submission.Previous is null ? _first = submission.Next : submission.Previous.Next = submission.Next;
        _ = submission.Next is null ? _last = submission.Previous : submission.Next.Previous = submission.Previous;
        submission.Previous = submission.Next = null;
        ChangeQueueLength(-1);
    }

    private void ChangeQueueLength(int change)
    {
        Volatile.Write(ref _queueLength, _queueLength + change);
        _telemetry.QueueChanged(change);
    }
}
