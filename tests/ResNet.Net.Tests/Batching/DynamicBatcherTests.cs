using Microsoft.Extensions.Time.Testing;

namespace ResNet.Net.Tests;

/// <summary>When batches start, and with which inputs. Whether an input waits is decided before SubmitAsync returns.</summary>
public class DynamicBatcherTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly ControlledRuns _runs = new();

    [Fact]
    public async Task SubmitAsync_IdleWithoutDelay_RunsImmediately()
    {
        await using DynamicBatcher<int, string> batcher = Create();

        Task<string> task = batcher.SubmitAsync(7);

        batcher.QueueLength.Should().Be(0);
        ControlledRun run = await _runs.NextAsync();
        run.Inputs.Should().Equal(7);
        task.IsCompleted.Should().BeFalse();
        run.Complete();
        (await task).Should().Be("7");
    }

    [Fact]
    public async Task SubmitAsync_FullBatch_StartsBeforeTheDelay()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxBatchSize = 3, MaxQueueDelay = Delay });

        Task<string>[] tasks = [batcher.SubmitAsync(1), batcher.SubmitAsync(2)];
        batcher.QueueLength.Should().Be(2);
        tasks = [.. tasks, batcher.SubmitAsync(3), batcher.SubmitAsync(4)];

        batcher.QueueLength.Should().Be(1);
        (await _runs.CompleteAsync(1)).Should().BeEquivalentTo(new[] { new[] { 1, 2, 3 } }, o => o.WithStrictOrdering());
        (await Task.WhenAll(tasks[..3])).Should().Equal("1", "2", "3");
        _time.Advance(Delay);
        (await _runs.CompleteAsync(1))[0].Should().Equal(4);
    }

    [Fact]
    public async Task SubmitAsync_PartialBatch_StartsWhenTheOldestHasWaited()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueDelay = Delay });

        _ = batcher.SubmitAsync(1);
        _time.Advance(Delay / 2);
        _ = batcher.SubmitAsync(2);
        _time.Advance(Delay / 2 - TimeSpan.FromTicks(1));
        batcher.QueueLength.Should().Be(2);
        _time.Advance(TimeSpan.FromTicks(1));

        batcher.QueueLength.Should().Be(0);
        (await _runs.CompleteAsync(1))[0].Should().Equal(1, 2);
    }

    [Fact]
    public async Task SubmitAsync_SecondPartialBatch_HasADelayOfItsOwn()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxBatchSize = 2, MaxQueueDelay = Delay });

        _ = batcher.SubmitAsync(1);
        _time.Advance(Delay / 2);
        _ = batcher.SubmitAsync(2);
        (await _runs.CompleteAsync(1))[0].Should().Equal(1, 2);
        _ = batcher.SubmitAsync(3);
        _time.Advance(Delay / 2);
        batcher.QueueLength.Should().Be(1, "the timer of the first batch fired, and the third input has waited for half the delay");
        _time.Advance(Delay / 2);

        (await _runs.CompleteAsync(1))[0].Should().Equal(3);
    }

    [Fact]
    public async Task SubmitAsync_DelayBelowTheTimerResolution_IsRoundedUp()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueDelay = TimeSpan.FromMicroseconds(100) });

        _ = batcher.SubmitAsync(1);
        _time.Advance(TimeSpan.FromMicroseconds(999));
        batcher.QueueLength.Should().Be(1);
        _time.Advance(TimeSpan.FromMicroseconds(1));

        (await _runs.CompleteAsync(1))[0].Should().Equal(1);
    }

    [Fact]
    public async Task SubmitAsync_AllRunsBusy_FillsTheNextBatchesInOrder()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxBatchSize = 4 });

        Task<string>[] tasks = [.. Enumerable.Range(0, 8).Select(i => batcher.SubmitAsync(i))];

        batcher.QueueLength.Should().Be(7);
        List<int[]> batches = await _runs.CompleteAsync(3);
        batches.Should().BeEquivalentTo(new[] { new[] { 0 }, [1, 2, 3, 4], [5, 6, 7] }, o => o.WithStrictOrdering());
        (await Task.WhenAll(tasks)).Should().Equal("0", "1", "2", "3", "4", "5", "6", "7");
        batcher.QueueLength.Should().Be(0);
    }

    [Fact]
    public async Task SubmitAsync_SeveralConcurrentBatches_UsesAllAndNoMore()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxConcurrentBatches = 3 });

        Task<string>[] tasks = [.. Enumerable.Range(0, 5).Select(i => batcher.SubmitAsync(i))];

        batcher.QueueLength.Should().Be(2);
        ControlledRun[] runs = [await _runs.NextAsync(), await _runs.NextAsync(), await _runs.NextAsync()];
        runs.SelectMany(run => run.Inputs).Should().BeEquivalentTo([0, 1, 2]);
        runs[1].Complete();
        (await _runs.CompleteAsync(1))[0].Should().Equal(3, 4);
        runs[0].Complete();
        runs[2].Complete();
        (await Task.WhenAll(tasks)).Should().Equal("0", "1", "2", "3", "4");
    }

    [Fact]
    public async Task SubmitAsync_DelayPassesWhileBusy_StartsWhenTheRunEnds()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueDelay = Delay });

        _ = batcher.SubmitAsync(1);
        _time.Advance(Delay);
        ControlledRun first = await _runs.NextAsync();
        _ = batcher.SubmitAsync(2);
        _time.Advance(Delay);
        batcher.QueueLength.Should().Be(1);
        first.Complete();

        (await _runs.CompleteAsync(1))[0].Should().Equal(2);
    }

    [Fact]
    public async Task SubmitAsync_DelayNotOverWhenTheRunEnds_WaitsForTheRest()
    {
        await using DynamicBatcher<int, string> batcher = Create(o => o with { MaxQueueDelay = Delay });

        Task<string> first = batcher.SubmitAsync(1);
        _time.Advance(Delay);
        _ = batcher.SubmitAsync(2);
        await _runs.CompleteAsync(1);
        await first;
        _time.Advance(Delay - TimeSpan.FromTicks(1));
        batcher.QueueLength.Should().Be(1);
        _ = batcher.SubmitAsync(3);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await _runs.CompleteAsync(1))[0].Should().Equal(2, 3);
    }

    [Fact]
    public async Task SubmitAsync_Classifier_ReturnsTheResultsOfClassify()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        await using DynamicBatcher<InputImage, ClassificationOutcome> batcher =
            new((images, token) => classifier.ClassifyBatchAsync(images, 5, token));
        string[] paths = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order()];

        ClassificationOutcome[] outcomes = await Task.WhenAll(paths.Append("missing.png").Select(path => batcher.SubmitAsync(path)));

        paths.Length.Should().BeGreaterThan(1);
        outcomes[^1].Error.Should().BeOfType<FileNotFoundException>("one bad image doesn't fail its batch");
        for (int i = 0; i < paths.Length; i++)
        {
            Classification expected = classifier.Classify(paths[i]);
            outcomes[i].Value.Best.Label.Should().Be(expected.Best.Label);
            outcomes[i].Value.Best.Probability.Should().BeApproximately(expected.Best.Probability, 1e-4f);
        }
    }

    [Fact]
    public async Task SubmitAsync_Embedder_ReturnsTheResultsOfEmbed()
    {
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
        await using DynamicBatcher<InputImage, EmbeddingOutcome> batcher = new((images, token) => embedder.EmbedBatchAsync(images, token));
        string path = Path.Combine(TestFolders.SampleImages, "ship.png");

        EmbeddingOutcome outcome = await batcher.SubmitAsync(path);

        outcome.Value.Should().Equal(embedder.Embed(path));
    }

    public static TheoryData<string, DynamicBatcherOptions> Invalid => new()
    {
        { "Name", new DynamicBatcherOptions { Name = " " } },
        { "TimeProvider", new DynamicBatcherOptions { TimeProvider = null! } },
        { "MaxBatchSize", new DynamicBatcherOptions { MaxBatchSize = 0 } },
        { "MaxBatchSize", new DynamicBatcherOptions { MaxBatchSize = 1025 } },
        { "MaxConcurrentBatches", new DynamicBatcherOptions { MaxConcurrentBatches = 0 } },
        { "MaxConcurrentBatches", new DynamicBatcherOptions { MaxConcurrentBatches = 1025 } },
        { "MaxQueueLength", new DynamicBatcherOptions { MaxQueueLength = 7 } },
        { "MaxQueueDelay", new DynamicBatcherOptions { MaxQueueDelay = TimeSpan.FromTicks(-1) } },
        { "MaxQueueTime", new DynamicBatcherOptions { MaxQueueTime = TimeSpan.Zero } },
        { "MaxQueueTime", new DynamicBatcherOptions { MaxQueueDelay = Delay, MaxQueueTime = Delay } },
        { "MaxQueueTime", new DynamicBatcherOptions { MaxQueueTime = TimeSpan.FromDays(2) } },
        {
            "MaxQueueDelay",
            new DynamicBatcherOptions { MaxQueueDelay = TimeSpan.FromDays(2), MaxQueueTime = Timeout.InfiniteTimeSpan }
        },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Constructor_InvalidOption_NamesTheProperty(string property, DynamicBatcherOptions options)
        => ((Action)(() => _ = new DynamicBatcher<int, string>(_runs.RunAsync, options)))
            .Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void Constructor_NoFunction_Throws()
        => ((Action)(() => _ = new DynamicBatcher<int, string>(null!))).Should().Throw<ArgumentNullException>();

    private DynamicBatcher<int, string> Create(Func<DynamicBatcherOptions, DynamicBatcherOptions>? change = null)
    {
        DynamicBatcherOptions options = new() { TimeProvider = _time, MaxConcurrentBatches = 1 };
        return new(_runs.RunAsync, change?.Invoke(options) ?? options);
    }
}
