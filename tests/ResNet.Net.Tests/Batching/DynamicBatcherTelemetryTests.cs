using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace ResNet.Net.Tests;

/// <summary>Measurements and activities of batchers, and the execution context of runs.</summary>
[Collection(nameof(Alone))]
public sealed class DynamicBatcherTelemetryTests : IDisposable
{
    private static readonly AsyncLocal<string?> Caller = new();

    private readonly string _name = $"batcher {Guid.NewGuid():N}";
    private readonly FakeTimeProvider _time = new();
    private readonly ControlledRuns _runs = new();
    private readonly RecordedMeter _meter;

    public DynamicBatcherTelemetryTests() => _meter = new RecordedMeter(_name, "resnet.batcher");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Metrics_OfEachOutcome_AreRecorded()
    {
        using CancellationTokenSource cancellation = new();
        DynamicBatcher<int, string> batcher = Create();
        Task<string> first = batcher.SubmitAsync(0);
        ControlledRun run = await _runs.NextAsync();
        Task<string> expired = batcher.SubmitAsync(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Task<string> canceled = batcher.SubmitAsync(2, cancellation.Token);
        Task<string>[] accepted = [batcher.SubmitAsync(3), batcher.SubmitAsync(4)];
        Task<string> rejected = batcher.SubmitAsync(5);
        await cancellation.CancelAsync();
        _meter.Observe("resnet.batcher.queue.length").Should().Be(3);
        _time.Advance(TimeSpan.FromSeconds(1));
        _meter.Observe("resnet.batcher.queue.length").Should().Be(2);
        run.Complete();
        await _runs.CompleteAsync(1);
        await Task.WhenAll(accepted.Append(first));
        await batcher.DrainAsync();
        Task<string> late = batcher.SubmitAsync(6);
        await batcher.DisposeAsync();
        Task<string> afterDispose = batcher.SubmitAsync(7);

        new[] { expired, rejected, late, afterDispose }.Should().OnlyContain(t => t.IsFaulted);
        canceled.IsCanceled.Should().BeTrue();
        _meter.Observe("resnet.batcher.queue.length").Should().Be(0);
        _meter.Of("resnet.batcher.queue.duration").Select(m => m.Value).Should().Equal(0, 1, 1);
        _meter.Of("resnet.batcher.queue.duration").Should().OnlyContain(m => m.Unit == "s");
        _meter.Of("resnet.batcher.batch.size").Select(m => m.Value).Should().Equal(1, 2);
        _meter.Of("resnet.batcher.rejected").Select(m => (m.Value, m.Tags["error.type"]))
            .Should().Equal((1, "queue_full"), (1, "queue_timeout"), (1, "draining"));
        _meter.Sum("resnet.batcher.canceled").Should().Be(1);
        _meter.All.Should().OnlyContain(m => (string)m.Tags["resnet.batcher"]! == _name);
    }

    [Theory]
    [InlineData(BatcherRejectionReason.QueueFull, "queue_full")]
    [InlineData(BatcherRejectionReason.QueueTimeout, "queue_timeout")]
    [InlineData(BatcherRejectionReason.Draining, "draining")]
    public void FailureReason_Rejections_AreTheirNames(BatcherRejectionReason reason, string name)
    {
        FailureReason.Of(new BatcherRejectedException(reason, "", 0, default)).Should().Be(name);
        Enum.GetValues<BatcherRejectionReason>().Should().HaveCount(3, "each needs a case here and a row in docs/diagnostics.md");
    }

    [Fact]
    public async Task Activity_OfABatch_LinksToItsCallers()
    {
        using RecordedActivities activities = new(_name, "resnet.batcher");
        await using DynamicBatcher<int, string> batcher = Create();
        List<ActivitySpanId> callers = [];
        List<Task> tasks = [batcher.SubmitAsync(0)];
        foreach (int input in new[] { 1, 2 })
        {
            using Activity request = new Activity("request").Start();
            callers.Add(request.SpanId);
            tasks.Add(batcher.SubmitAsync(input));
        }

        await _runs.CompleteAsync(1);
        (await _runs.NextAsync()).Fail(new InvalidDataException());
        await ((Func<Task>)(() => Task.WhenAll(tasks))).Should().ThrowAsync<InvalidDataException>();
        await batcher.DrainAsync();

        activities.All.Should().HaveCount(2).And.OnlyContain(a => a.OperationName == "run batch" && a.Parent == null);
        activities.All[0].Links.Should().BeEmpty();
        activities.All[0].Status.Should().Be(ActivityStatusCode.Unset);
        activities.All[1].Links.Select(link => link.Context.SpanId).Should().Equal(callers);
        activities.All[1].GetTagItem("resnet.inputs").Should().Be(2);
        activities.All[1].Status.Should().Be(ActivityStatusCode.Error);
        activities.All[1].GetTagItem("error.type").Should().Be("_OTHER");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task Run_ExecutionContext_IsNoCallers(int delayMilliseconds)
    {
        List<string?> seen = [];
        Caller.Value = "constructor";
        using Activity request = new Activity("request").Start();
        await using DynamicBatcher<int, int> batcher = new(
            (inputs, _) =>
            {
                seen.Add($"{Caller.Value}, {Activity.Current?.OperationName}");
                Caller.Value = "run";
                return Task.FromResult<IReadOnlyList<int>>([.. inputs]);
            },
            new DynamicBatcherOptions
            {
                MaxConcurrentBatches = 1,
                MaxQueueDelay = TimeSpan.FromMilliseconds(delayMilliseconds),
            });

        for (int i = 0; i < 3; i++)
        {
            Caller.Value = $"caller {i}";
            await batcher.SubmitAsync(i);
            Caller.Value.Should().Be($"caller {i}");
            Activity.Current.Should().BeSameAs(request);
        }

        seen.Should().Equal(", ", ", ", ", ");
    }

    private DynamicBatcher<int, string> Create()
        => new(
            _runs.RunAsync,
            new DynamicBatcherOptions
            {
                Name = _name,
                TimeProvider = _time,
                MaxBatchSize = 2,
                MaxConcurrentBatches = 1,
                MaxQueueLength = 4,
                MaxQueueTime = TimeSpan.FromSeconds(2),
            });
}
