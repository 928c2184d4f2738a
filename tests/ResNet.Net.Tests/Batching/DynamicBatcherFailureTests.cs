using System.Collections;
using Microsoft.Extensions.Time.Testing;

namespace ResNet.Net.Tests;

/// <summary>Functions that fail, draining, and disposal.</summary>
public class DynamicBatcherFailureTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ControlledRuns _runs = new();

    [Fact]
    public async Task Run_Throws_FailsExactlyItsInputs()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string>[] tasks = [.. Enumerable.Range(0, 4).Select(i => batcher.SubmitAsync(i))];
        InferenceException exception = new("out of memory");

        (await _runs.NextAsync()).Complete();
        (await _runs.NextAsync()).Fail(exception);
        (await _runs.NextAsync()).Complete();

        (await tasks[0]).Should().Be("0");
        (await tasks[1].Invoking(t => t).Should().ThrowAsync<InferenceException>()).Which.Should().BeSameAs(exception);
        (await tasks[2].Invoking(t => t).Should().ThrowAsync<InferenceException>()).Which.Should().BeSameAs(exception);
        (await tasks[3]).Should().Be("3");
    }

    [Theory]
    [InlineData(null, "The function of the batcher returned null for 1 inputs. *one result per input*")]
    [InlineData(0, "The function of the batcher returned 0 results for 1 inputs. *")]
    [InlineData(2, "The function of the batcher returned 2 results for 1 inputs. *")]
    public async Task Run_WrongNumberOfResults_FailsItsInputs(int? count, string message)
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> task = batcher.SubmitAsync(1);

        (await _runs.NextAsync()).Complete(count is int results ? new string[results] : null);

        await task.Invoking(t => t).Should().ThrowAsync<ResNetException>().WithMessage(message);
        await RunOneMoreAsync(batcher);
    }

    [Fact]
    public async Task Run_ListThrows_FailsItsInputs()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        Task<string> task = batcher.SubmitAsync(1);

        (await _runs.NextAsync()).Complete(new BrokenList());

        await task.Invoking(t => t).Should().ThrowAsync<InvalidDataException>();
        await RunOneMoreAsync(batcher);
    }

    [Fact]
    public async Task Run_ThrowsSynchronouslyOrReturnsNoTask_FailsItsInputs()
    {
        await using DynamicBatcher<int, string> batcher = new(
            (inputs, token) => inputs[0] switch
            {
                0 => throw new InvalidDataException(),
                1 => null!,
                _ => _runs.RunAsync(inputs, token),
            });

        await ((Func<Task>)(() => batcher.SubmitAsync(0))).Should().ThrowAsync<InvalidDataException>();
        await ((Func<Task>)(() => batcher.SubmitAsync(1))).Should().ThrowAsync<ResNetException>()
            .WithMessage("The function of the batcher returned null instead of a task.");
        await RunOneMoreAsync(batcher);
    }

    [Fact]
    public async Task DrainAsync_WithQueuedInputs_RunsThemWithoutDelay()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueDelay = TimeSpan.FromSeconds(1), MaxBatchSize = 3 });
        Task<string>[] tasks = [batcher.SubmitAsync(1), batcher.SubmitAsync(2)];
        batcher.QueueLength.Should().Be(2);

        Task drained = batcher.DrainAsync();
        Task<string> late = batcher.SubmitAsync(3);
        ControlledRun run = await _runs.NextAsync();
        drained.IsCompleted.Should().BeFalse();
        run.Complete();
        await drained;

        tasks.Should().OnlyContain(t => t.IsCompletedSuccessfully, "the tasks complete before the drain does");
        BatcherRejectedException exception = (await late.Invoking(t => t).Should().ThrowAsync<BatcherRejectedException>()).Which;
        exception.Reason.Should().Be(BatcherRejectionReason.Draining);
        exception.Message.Should().Be("The batcher is shutting down and accepts no inputs. Submit the input to another instance.");
    }

    [Fact]
    public async Task DrainAsync_Canceled_EndsTheWaitOnly()
    {
        await using DynamicBatcher<int, string> batcher = Create();
        using CancellationTokenSource patience = new();
        Task<string>[] tasks = [batcher.SubmitAsync(1), batcher.SubmitAsync(2)];
        Task drained = batcher.DrainAsync(patience.Token);

        await patience.CancelAsync();

        await drained.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        await _runs.CompleteAsync(2);
        (await Task.WhenAll(tasks)).Should().Equal("1", "2");
    }

    [Fact]
    public async Task DrainAsync_Idle_CompletesImmediately()
    {
        await using DynamicBatcher<int, string> batcher = Create();

        batcher.DrainAsync().IsCompletedSuccessfully.Should().BeTrue();
        batcher.DrainAsync().IsCompletedSuccessfully.Should().BeTrue();
    }

    [Fact]
    public async Task DisposeAsync_WithQueuedAndRunningInputs_FailsTheFormerAndAwaitsTheLatter()
    {
        DynamicBatcher<int, string> batcher = Create();
        using CancellationTokenSource cancellation = new();
        Task<string> running = batcher.SubmitAsync(1, cancellation.Token);
        Task<string>[] queued = [batcher.SubmitAsync(2, cancellation.Token), batcher.SubmitAsync(3)];
        ControlledRun run = await _runs.NextAsync();

        Task disposed = batcher.DisposeAsync().AsTask();
        Task disposedAgain = batcher.DisposeAsync().AsTask();

        queued.Should().OnlyContain(t => t.IsFaulted && t.Exception.InnerException is ObjectDisposedException);
        batcher.QueueLength.Should().Be(0);
        disposed.IsCompleted.Should().BeFalse();
        disposedAgain.IsCompleted.Should().BeFalse();
        run.Token.IsCancellationRequested.Should().BeFalse("running batches complete");
        run.Complete();
        await Task.WhenAll(disposed, disposedAgain);
        running.IsCompletedSuccessfully.Should().BeTrue();
        (await batcher.Invoking(b => b.SubmitAsync(4)).Should().ThrowAsync<ObjectDisposedException>()).Which.ObjectName
            .Should().Be("DynamicBatcher");
        await batcher.DrainAsync();
        await cancellation.CancelAsync();
    }

    [Fact]
    public async Task DisposeAsync_RunningInputsCanceled_StillAwaitsTheRun()
    {
        DynamicBatcher<int, string> batcher = Create();
        using CancellationTokenSource cancellation = new();
        Task<string> task = batcher.SubmitAsync(1, cancellation.Token);
        ControlledRun run = await _runs.NextAsync();
        await cancellation.CancelAsync();
        task.IsCanceled.Should().BeTrue();

        Task disposed = batcher.DisposeAsync().AsTask();

        disposed.IsCompleted.Should().BeFalse();
        run.Complete();
        await disposed;
    }

    private async Task RunOneMoreAsync(DynamicBatcher<int, string> batcher)
    {
        Task<string> task = batcher.SubmitAsync(99);
        await _runs.CompleteAsync(1);
        (await task).Should().Be("99", "the batcher stays usable");
    }

    private DynamicBatcher<int, string> Create(Func<DynamicBatcherOptions, DynamicBatcherOptions>? change = null)
    {
        DynamicBatcherOptions options = new() { TimeProvider = _time, MaxConcurrentBatches = 1, MaxBatchSize = 2 };
        return new(_runs.RunAsync, change?.Invoke(options) ?? options);
    }

    private sealed class BrokenList : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => throw new InvalidDataException();

        public IEnumerator<string> GetEnumerator() => throw new NotSupportedException();

        IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException();
    }
}
