using Microsoft.Extensions.Time.Testing;

namespace ResNet.Net.Tests;

/// <summary>The bounds of the queue and cancellation. In each test the first input runs, so that later ones wait.</summary>
public sealed class DynamicBatcherQueueTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly ControlledRuns _runs = new();
    private readonly CancellationTokenSource _cancellation = new();

    public void Dispose() => _cancellation.Dispose();

    [Fact]
    public async Task SubmitAsync_QueueFull_RejectsImmediately()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string>[] accepted = [.. Enumerable.Range(0, 5).Select(i => batcher.SubmitAsync(i))];
        _time.Advance(TimeSpan.FromSeconds(1.5));

        Task<string> task = batcher.SubmitAsync(5);

        task.IsFaulted.Should().BeTrue();
        BatcherRejectedException exception = (await task.Invoking(t => t).Should().ThrowAsync<BatcherRejectedException>()).Which;
        exception.Reason.Should().Be(BatcherRejectionReason.QueueFull);
        exception.QueueLength.Should().Be(4);
        exception.QueueTime.Should().Be(TimeSpan.FromSeconds(1.5));
        exception.Message.Should().Be(
            "The queue of the batcher is full: 4 inputs are waiting, the oldest for 1.5 s. "
            + "Submit the input again later, or increase MaxQueueLength.");
        (await _runs.CompleteAsync(3)).SelectMany(inputs => inputs).Should().Equal(0, 1, 2, 3, 4);
        await Task.WhenAll(accepted);
    }

    [Fact]
    public async Task SubmitAsync_WaitedTooLongWhileBusy_IsRejectedAndDoesNotRun()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> running = batcher.SubmitAsync(0);
        Task<string> old = batcher.SubmitAsync(1);
        _time.Advance(Limit / 2);
        Task<string> young = batcher.SubmitAsync(2);
        _time.Advance(Limit / 2 - TimeSpan.FromTicks(1));
        batcher.QueueLength.Should().Be(2);

        _time.Advance(TimeSpan.FromTicks(1));

        batcher.QueueLength.Should().Be(1);
        BatcherRejectedException exception = (await old.Invoking(t => t).Should().ThrowAsync<BatcherRejectedException>()).Which;
        exception.Reason.Should().Be(BatcherRejectionReason.QueueTimeout);
        exception.QueueLength.Should().Be(1);
        exception.QueueTime.Should().Be(Limit);
        exception.Message.Should().Be(
            "The input waited for 2 s in the queue of the batcher, and MaxQueueTime is 2 s. Submit it again later, or increase "
            + "MaxQueueTime.");
        (await _runs.CompleteAsync(2)).SelectMany(inputs => inputs).Should().Equal(0, 2);
        (await Task.WhenAll(running, young)).Should().Equal("0", "2");
    }

    [Fact]
    public async Task SubmitAsync_SeveralWaitedTooLong_AllAreRejected()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        _ = batcher.SubmitAsync(0);
        Task<string>[] waiting = [batcher.SubmitAsync(1), batcher.SubmitAsync(2), batcher.SubmitAsync(3)];

        _time.Advance(Limit);

        waiting.Should().OnlyContain(t => t.IsFaulted && ((BatcherRejectedException)t.Exception.InnerException!).QueueTime == Limit);
        batcher.QueueLength.Should().Be(0);
        await _runs.CompleteAsync(1);
    }

    [Fact]
    public async Task SubmitAsync_InfiniteQueueTime_WaitsForAnyTime()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueTime = Timeout.InfiniteTimeSpan });
        _ = batcher.SubmitAsync(0);
        Task<string> waiting = batcher.SubmitAsync(1);

        _time.Advance(TimeSpan.FromDays(400));

        batcher.QueueLength.Should().Be(1);
        await _runs.CompleteAsync(2);
        (await waiting).Should().Be("1");
    }

    [Fact]
    public async Task SubmitAsync_WallClock_IsNotRead()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { TimeProvider = new NoWallClock() });
        Task<string> running = batcher.SubmitAsync(0);
        Task<string> old = batcher.SubmitAsync(1);

        await old.Invoking(t => t).Should().ThrowAsync<BatcherRejectedException>();
        await _runs.CompleteAsync(1);

        (await running).Should().Be("0");
    }

    [Fact]
    public async Task SubmitAsync_CanceledBefore_IsNotQueued()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        await _cancellation.CancelAsync();

        Task<string> task = batcher.SubmitAsync(1, _cancellation.Token);

        task.IsCanceled.Should().BeTrue();
        _ = batcher.SubmitAsync(2);
        (await _runs.CompleteAsync(1))[0].Should().Equal(2);
    }

    [Fact]
    public async Task Cancel_Queued_FreesThePlaceImmediately()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        _ = batcher.SubmitAsync(0);
        Task<string>[] waiting =
            [.. Enumerable.Range(1, 4).Select(i => batcher.SubmitAsync(i, i is 2 or 4 ? _cancellation.Token : default))];

        await _cancellation.CancelAsync();

        batcher.QueueLength.Should().Be(2);
        waiting.Select(t => t.IsCanceled).Should().Equal(false, true, false, true);
        (await waiting[1].Invoking(t => t).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(_cancellation.Token);
        _ = batcher.SubmitAsync(5);
        batcher.QueueLength.Should().Be(3, "the place is free again");
        (await _runs.CompleteAsync(3)).SelectMany(inputs => inputs).Should().Equal(0, 1, 3, 5);
    }

    [Fact]
    public async Task Cancel_OldestQueued_LeavesTheDelayOfTheNext()
    {
        await using DynamicBatcher<int, string> batcher = Create(
            o => o with { MaxBatchSize = 3, MaxQueueDelay = TimeSpan.FromMilliseconds(10) });
        _ = batcher.SubmitAsync(1, _cancellation.Token);
        _time.Advance(TimeSpan.FromMilliseconds(5));
        _ = batcher.SubmitAsync(2);
        await _cancellation.CancelAsync();
        _time.Advance(TimeSpan.FromMilliseconds(9));
        batcher.QueueLength.Should().Be(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await _runs.CompleteAsync(1))[0].Should().Equal(2);
    }

    [Fact]
    public async Task Cancel_Running_EndsItsTaskAndNotTheBatch()
    {
        using CancellationTokenSource other = new();
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> first = batcher.SubmitAsync(0);
        Task<string> canceled = batcher.SubmitAsync(1, _cancellation.Token);
        Task<string> kept = batcher.SubmitAsync(2, other.Token);
        await _runs.CompleteAsync(1);
        ControlledRun run = await _runs.NextAsync();

        await _cancellation.CancelAsync();

        canceled.IsCanceled.Should().BeTrue();
        run.Token.IsCancellationRequested.Should().BeFalse();
        run.Complete();
        (await Task.WhenAll(first, kept)).Should().Equal("0", "2");
    }

    [Fact]
    public async Task Cancel_EveryInputOfARun_CancelsItsToken()
    {
        using CancellationTokenSource other = new();
        await using DynamicBatcher<int, string> batcher = Create();
        _ = batcher.SubmitAsync(0);
        Task<string>[] tasks = [batcher.SubmitAsync(1, _cancellation.Token), batcher.SubmitAsync(2, other.Token)];
        await _runs.CompleteAsync(1);
        ControlledRun run = await _runs.NextAsync();
        TaskCompletionSource stopped = new();
        await using CancellationTokenRegistration registration = run.Token.Register(stopped.SetResult);

        await _cancellation.CancelAsync();
        run.Token.IsCancellationRequested.Should().BeFalse();
        await other.CancelAsync();

        await stopped.Task.WaitAsync(TimeSpan.FromMinutes(1));
        tasks.Should().OnlyContain(t => t.IsCanceled);
        Task<string> next = batcher.SubmitAsync(3);
        batcher.QueueLength.Should().Be(1, "the run has not ended yet");
        run.Fail(new OperationCanceledException(run.Token));
        await _runs.CompleteAsync(1);
        (await next).Should().Be("3");
    }

    [Fact]
    public async Task Cancel_RunThrowsFromItsToken_DoesNotThrowToTheCaller()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> task = batcher.SubmitAsync(0, _cancellation.Token);
        ControlledRun run = await _runs.NextAsync();
        TaskCompletionSource called = new();
        await using CancellationTokenRegistration registration = run.Token.Register(() =>
        {
            called.SetResult();
            throw new InvalidOperationException();
        });

        await _cancellation.CancelAsync();

        await called.Task.WaitAsync(TimeSpan.FromMinutes(1));
        task.IsCanceled.Should().BeTrue();
        run.Complete();
    }

    [Fact]
    public async Task Cancel_AfterTheResult_ChangesNothing()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> task = batcher.SubmitAsync(0, _cancellation.Token);
        await _runs.CompleteAsync(1);
        string result = await task;

        await _cancellation.CancelAsync();

        result.Should().Be("0");
        task.IsCompletedSuccessfully.Should().BeTrue();
    }

    private DynamicBatcher<int, string> Create(Func<DynamicBatcherOptions, DynamicBatcherOptions>? change = null)
    {
        DynamicBatcherOptions options = new()
        {
            TimeProvider = _time,
            MaxConcurrentBatches = 1,
            MaxBatchSize = 2,
            MaxQueueLength = 4,
            MaxQueueTime = Limit,
        };
        return new(_runs.RunAsync, change?.Invoke(options) ?? options);
    }

    /// <summary>Has the system's monotonic clock and timers, but no date.</summary>
    private sealed class NoWallClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("The wall clock can jump.");
    }
}
