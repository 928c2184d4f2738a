using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace ResNet.Net.Tests;

/// <summary>Tests the classification of sequences in every form: order, errors, memory, early ends.</summary>
public sealed class ClassifyManyTests : IDisposable
{
    private static readonly string[] Paths = TestFolders.SampleImagePaths;

    private readonly ResNetClassifier _classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, Two);

    private static ResNetClassifierOptions Two => new() { Threads = 2 };

    public void Dispose() => _classifier.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task ClassifyManyAsync_Files_EqualsClassifyInOrder(int count)
    {
        Prediction[] expected = [.. Paths.Select(p => _classifier.Classify(p).Best)];

        List<ClassificationOutcome> outcomes = await _classifier.ClassifyManyAsync(Endless().Take(count), topK: 3).ToListAsync();

        outcomes.Select(o => o.Value.Best).Should().Equal(Enumerable.Range(0, count).Select(i => expected[i % Paths.Length]));
        outcomes.Select(o => o.Value.Predictions.Count).Should().Equal(Enumerable.Repeat(3, count));
    }

    [Theory]
    [InlineData(ExecutionMode.Automatic, 1, null)]
    [InlineData(ExecutionMode.Automatic, 3, null)]
    [InlineData(ExecutionMode.Latency, 2, null)]
    [InlineData(ExecutionMode.Throughput, 4, null)]
    [InlineData(ExecutionMode.Automatic, 2, 5)]
    [InlineData(ExecutionMode.Throughput, 2, 4)]
    public async Task ClassifyManyAsync_AnyModeAndBatch_GivesTheSameProbabilities(ExecutionMode mode, int threads, int? batch)
    {
        ResNetClassifierOptions options = new() { ExecutionMode = mode, Threads = threads, BatchSize = batch };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        string[] paths = [.. Endless().Take(60)];

        List<ClassificationOutcome> outcomes = await classifier.ClassifyManyAsync(paths, topK: 10).ToListAsync();
        IReadOnlyList<ClassificationOutcome> batches = classifier.ClassifyBatch(paths, topK: 10);
        IReadOnlyList<ClassificationOutcome> tasks = await classifier.ClassifyBatchAsync(paths, topK: 10);

        for (int i = 0; i < paths.Length; i++)
        {
            IReadOnlyList<Prediction> expected = _classifier.Classify(paths[i], topK: 10).Predictions;
            foreach (ClassificationOutcome outcome in new[] { outcomes[i], batches[i], tasks[i] })
            {
                outcome.Value.Predictions.Should().Equal(
                    expected, (a, e) => a.ClassIndex == e.ClassIndex && Math.Abs(a.Probability - e.Probability) < 1e-6);
            }
        }
    }

    [Fact]
    public async Task ClassifyManyAsync_EveryKindOfInput_KeepsErrorsInPlace()
    {
        byte[] file = await File.ReadAllBytesAsync(Paths[0]);
        InputImage[] images =
        [
            Paths[0], "missing.png", file, new MemoryStream(file), new byte[] { 1, 2, 3 },
            InputImage.FromStream(() => throw new IOException("gone")), InputImage.FromStream(() => new MemoryStream(file)), Paths[0],
        ];

        List<ClassificationOutcome> outcomes = await _classifier.ClassifyManyAsync(images).ToListAsync();

        outcomes.Select(o => o.Error?.GetType()).Should().Equal(
            null, typeof(FileNotFoundException), null, null, typeof(ImageDecodeException), typeof(IOException), null, null);
        outcomes.Where(o => o.Succeeded).Select(o => o.Value.Best).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task ClassifyManyAsync_MillionImages_NeedsConstantMemory()
    {
        // The model is tiny and each image is generated when its turn comes, so that a million take seconds.
        byte[] model = new OnnxModelBuilder()
            .Input("image", [-1, 3, 4, 4])
            .Node("GlobalAveragePool", ["image"], ["means"])
            .Node("Flatten", ["means"], ["scores"])
            .Output("scores", [-1, 3])
            .Build();
        PreprocessingProfile profile = PreprocessingProfile.Cifar10 with { Resize = ResizeRule.Squash(4, 4), Crop = new CropRule(4, 4) };
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(model) { Profile = profile }, Two);
        byte[] pixels = new byte[4 * 4 * 3];
        const int Images = 1_000_000;
        long enumerated = 0;
        IEnumerable<InputImage> Generated()
        {
            for (int i = 0; i < Images; i++)
            {
                Volatile.Write(ref enumerated, i);
                yield return InputImage.FromPixels(pixels, 4, 4);
            }
        }

        long consumed = 0;
        long failed = 0;
        long mostAhead = 0;
        await foreach (ClassificationOutcome outcome in classifier.ClassifyManyAsync(Generated(), topK: 1))
        {
            failed += outcome.Succeeded ? 0 : 1;
            mostAhead = Math.Max(mostAhead, Volatile.Read(ref enumerated) - consumed++);
        }

        (consumed, failed).Should().Be((Images, 0));
        mostAhead.Should().BeLessThanOrEqualTo(11, "two run, the outcomes of eight are kept, and one is next");
    }

    [Fact]
    public async Task ClassifyManyAsync_SlowConsumer_StopsTheSource()
    {
        int enumerated = 0;
        IEnumerable<string> Counted()
        {
            foreach (string path in Endless())
            {
                Interlocked.Increment(ref enumerated);
                yield return path;
            }
        }

        await using IAsyncEnumerator<ClassificationOutcome> outcomes = _classifier.ClassifyManyAsync(Counted()).GetAsyncEnumerator();
        (await outcomes.MoveNextAsync()).Should().BeTrue();
        for (int wait = 0; Volatile.Read(ref enumerated) < 9 && wait < 1000; wait++)
        {
            await Task.Delay(20);
        }

        await Task.Delay(200);
        Volatile.Read(ref enumerated).Should().BeInRange(9, 11);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClassifyManyAsync_ConsumerStopsOrThrows_DisposesEveryStream(bool throws)
    {
        ConcurrentBag<TrackedStream> streams = [];
        byte[] file = await File.ReadAllBytesAsync(Paths[0]);
        IEnumerable<InputImage> images = Endless().Select(_ => InputImage.FromStream(() =>
        {
            TrackedStream stream = new(file);
            streams.Add(stream);
            return stream;
        }));

        Func<Task> consume = async () =>
        {
            int outcomes = 0;
            await foreach (ClassificationOutcome outcome in _classifier.ClassifyManyAsync(images))
            {
                if (++outcomes == 5)
                {
                    if (throws)
                    {
                        throw new InvalidOperationException("enough");
                    }

                    break;
                }
            }
        };

        if (throws)
        {
            await consume.Should().ThrowAsync<InvalidOperationException>().WithMessage("enough");
        }
        else
        {
            await consume();
        }

        int opened = streams.Count;
        opened.Should().BeInRange(5, 16);
        streams.Should().OnlyContain(s => s.IsDisposed);
        _classifier.Classify(Paths[0]).Predictions.Should().NotBeEmpty();
        streams.Should().HaveCount(opened, "nothing runs after the enumeration");
    }

    [Fact]
    public async Task ClassifyManyAsync_Canceled_ThrowsWithTheTokenAndEnumeratesNoFurther()
    {
        using CancellationTokenSource source = new();
        int enumerated = 0;
        IEnumerable<string> Counted()
        {
            foreach (string path in Endless())
            {
                enumerated++;
                yield return path;
            }
        }

        int outcomes = 0;
        Func<Task> classify = async () =>
        {
            await foreach (ClassificationOutcome outcome in _classifier.ClassifyManyAsync(Counted(), cancellationToken: source.Token))
            {
                if (++outcomes == 20)
                {
                    await source.CancelAsync();
                }
            }
        };

        (await classify.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        outcomes.Should().BeInRange(20, 31);
        enumerated.Should().BeLessThanOrEqualTo(31);
    }

    [Fact]
    public async Task ClassifyManyAsync_SourceThrows_ReturnsTheOutcomesBeforeIt()
    {
        IEnumerable<string> Failing()
        {
            yield return Paths[0];
            yield return Paths[1];
            throw new InvalidDataException("the list ends");
        }

        int outcomes = 0;
        Func<Task> classify = async () =>
        {
            await foreach (ClassificationOutcome outcome in _classifier.ClassifyManyAsync(Failing()))
            {
                outcomes++;
            }
        };

        await classify.Should().ThrowAsync<InvalidDataException>().WithMessage("the list ends");
        outcomes.Should().Be(2);
    }

    [Fact]
    public async Task ClassifyManyAsync_SlowSource_ReturnsOutcomesMeanwhile()
    {
        TaskCompletionSource consumed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        async IAsyncEnumerable<InputImage> Live([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return Paths[0];

            // The next image arrives only after the outcome of the first has been consumed.
            await consumed.Task.WaitAsync(cancellationToken);
            yield return Paths[1];
        }

        List<ClassificationOutcome> outcomes = [];
        await foreach (ClassificationOutcome outcome in _classifier.ClassifyManyAsync(Live()))
        {
            outcomes.Add(outcome);
            consumed.TrySetResult();
        }

        outcomes.Should().HaveCount(2).And.OnlyContain(o => o.Succeeded);
    }

    [Fact]
    public async Task ClassifyManyAsync_SeveralSequences_ShareTheCoresAndKeepTheirOrder()
    {
        Prediction[] expected = [.. Paths.Select(p => _classifier.Classify(p).Best)];

        List<ClassificationOutcome>[] all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(
                async () => await _classifier.ClassifyManyAsync(Paths.Skip(i).Concat(Paths.Take(i))).ToListAsync())));

        for (int i = 0; i < all.Length; i++)
        {
            all[i].Select(o => o.Value.Best).Should().Equal(expected.Skip(i).Concat(expected.Take(i)));
        }
    }

    [Fact]
    public async Task ClassifyManyAsync_DisposedMeanwhile_ThrowsAndReleasesTheModel()
    {
        ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, Two);
        Func<Task> classify = async () =>
        {
            await foreach (ClassificationOutcome outcome in classifier.ClassifyManyAsync(Endless()))
            {
                outcome.Succeeded.Should().BeTrue();
                classifier.Dispose();
            }
        };

        await classify.Should().ThrowAsync<ObjectDisposedException>();
        classifier.Invoking(c => c.ClassifyBatch(Paths)).Should().Throw<ObjectDisposedException>();
    }

    private static IEnumerable<string> Endless()
    {
        for (int i = 0; ; i++)
        {
            yield return Paths[i % Paths.Length];
        }
    }

    private sealed class TrackedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
