using System.Diagnostics;

namespace ResNet.Net;

public sealed partial class DynamicBatcher<TInput, TResult>
{
    private enum SubmissionState
    {
        New,
        Queued,
        Running,
        Ended,
    }

    /// <summary>Runs a batch and completes the tasks of its inputs.</summary>
    private async Task RunAsync(Batch batch)
    {
        Submission[] submissions;
        lock (_lock)
        {
            submissions = batch.Begin();
        }

        if (submissions.Length > 0)
        {
            try
            {
                await RunAsync(submissions, batch.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                foreach (Submission submission in submissions)
                {
                    submission.TrySetException(exception);
                }
            }
        }

        foreach (Submission submission in batch.Submissions)
        {
            // Those that were canceled before the run have no result.
            submission.TrySetCanceled(submission.Registration.Token);
            submission.Registration.Unregister();
        }

        Submission? expired;
        lock (_lock)
        {
            _running--;
            expired = Advance(_time.GetTimestamp());
        }

        Complete(batch.Submissions.Length);
        Expire(expired);
    }

    private async Task RunAsync(Submission[] submissions, CancellationToken cancellationToken)
    {
        Activity? activity = _telemetry.Start(submissions.Length, submissions.Select(submission => submission.Caller));
        try
        {
            Record(submissions);
            TInput[] inputs = Array.ConvertAll(submissions, submission => submission.Input);
            Task<IReadOnlyList<TResult>> task = _run(inputs, cancellationToken)
                ?? throw new ResNetException("The function of the batcher returned null instead of a task.");
            SetResults(submissions, await task.ConfigureAwait(false));
            Activities.End(activity, null);
        }
        catch (Exception exception)
        {
            Activities.End(activity, exception);
            throw;
        }
    }

    private static void SetResults(Submission[] submissions, IReadOnlyList<TResult>? results)
    {
        if (results?.Count != submissions.Length)
        {
            throw new ResNetException(
                $"The function of the batcher returned {(results is null ? "null" : $"{results.Count} results")} for {submissions.Length} "
                + "inputs. It must return one result per input, in the order of the inputs.");
        }

        for (int i = 0; i < submissions.Length; i++)
        {
            submissions[i].TrySetResult(results[i]);
        }
    }

    private void Record(Submission[] submissions)
    {
        _telemetry.Ran(submissions.Length);
        if (Instruments.BatcherQueueDuration.Enabled)
        {
            foreach (Submission submission in submissions)
            {
                _telemetry.Waited(_time.GetElapsedTime(submission.Enqueued));
            }
        }
    }

    /// <summary>Represents an input and the task of its caller. The lock guards what changes, except the task.</summary>
    private sealed class Submission(DynamicBatcher<TInput, TResult> batcher, TInput input)
        : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TInput Input { get; } = input;

        /// <summary>Gets the activity of the caller, if there is a listener.</summary>
        public Activity? Caller { get; } = BatcherTelemetry.CurrentActivity;

        public CancellationTokenRegistration Registration { get; private set; }

        /// <summary>Gets or sets the timestamp at which the submission entered the queue.</summary>
        public long Enqueued { get; set; }

        public SubmissionState State { get; set; }

        public Submission? Previous { get; set; }

        public Submission? Next { get; set; }

        public Batch? Batch { get; set; }

        /// <summary>Registers for cancellation. The callback may run during this call.</summary>
        public void Register(CancellationToken cancellationToken)
            => Registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((Submission)state!).Cancel(token), this);

        public void Fail(Exception exception)
        {
            Registration.Unregister();
            TrySetException(exception);
        }

        private void Cancel(CancellationToken token) => batcher.Cancel(this, token);
    }

    /// <summary>Represents a batch that runs, or waits for a thread of the pool.</summary>
#pragma warning disable CA1001 // The source of a token without a timer and without a wait handle has nothing to dispose.
    private sealed class Batch(DynamicBatcher<TInput, TResult> batcher, Submission[] submissions) : IThreadPoolWorkItem
#pragma warning restore CA1001
    {
        private CancellationTokenSource? _cancellation;
        private int _remaining = submissions.Length;

        public Submission[] Submissions { get; } = submissions;

        public CancellationToken Token => _cancellation?.Token ?? CancellationToken.None;

        void IThreadPoolWorkItem.Execute() => _ = batcher.RunAsync(this);

        /// <summary>Returns the submissions that have not been canceled. Requires the lock.</summary>
        public Submission[] Begin()
        {
            Submission[] remaining = _remaining == Submissions.Length
                ? Submissions
                : Array.FindAll(Submissions, submission => submission.State == SubmissionState.Running);
            if (Array.TrueForAll(remaining, submission => submission.Registration.Token.CanBeCanceled))
            {
                _cancellation = new CancellationTokenSource();
            }

            return remaining;
        }

        /// <summary>Removes a submission that was canceled. Requires the lock.</summary>
        /// <returns>The source to cancel if no submission remains; otherwise null.</returns>
        public CancellationTokenSource? Leave() => --_remaining == 0 ? _cancellation : null;
    }
}
