namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>
/// Loads the library in this process on several threads: all execution modes, batches, sequences of streams, embeddings, activation maps,
/// cancellation, and the creation and disposal of models. Throws if an outcome differs from that of the first call.
/// </summary>
internal sealed class SoakLibrary : IDisposable
{
    private const double Tolerance = 1e-3;

    private readonly string _folder = Directory.CreateTempSubdirectory("resnet-net-soak-").FullName;
    private readonly SoakImage[] _images;
    private readonly Subject[] _subjects;
    private readonly ResNetEmbedder _embedder;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Exception> _failures = [];
    private readonly Thread[] _threads;
    private long _count;

    public SoakLibrary(int threads)
    {
        _images = SoakImage.Create(_folder);
        ResNetClassifierOptions options = new() { CacheOptimizedModel = false };
        _subjects =
        [
            Create(options with { ExecutionMode = ExecutionMode.Latency, ActivationMaps = true }),
            Create(options with { ExecutionMode = ExecutionMode.Throughput, Decoder = LatencyTable.FastestDecoder() }),
            Create(options with { Decoder = new ImageSharpDecoder() }),
            Create(options),
        ];
        _embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
        _threads = [.. Enumerable.Range(0, threads).Select(index => new Thread(() => Run(new Random(index))) { IsBackground = true })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Gets the number of calls.</summary>
    /// <exception cref="AggregateException">A call had an unexpected outcome.</exception>
    public long Count
    {
        get
        {
            lock (_failures)
            {
                return _failures.Count == 0 ? Interlocked.Read(ref _count) : throw new AggregateException(_failures);
            }
        }
    }

    public void Dispose()
    {
        _ended.Cancel();
        Array.ForEach(_threads, thread => thread.Join());
        Array.ForEach(_subjects, subject => subject.Classifier.Dispose());
        _embedder.Dispose();
        _ended.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Subject Create(ResNetClassifierOptions options)
    {
        ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        return new Subject(classifier, [.. _images.Select(image => Probability(() => classifier.Classify(image.Bytes)))]);
    }

    private void Run(Random random)
    {
        Action<Random>[] kinds = [Classify, Classify, Classify, Batch, Sequence, Embed, Explain, Cancel, Recreate];
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                kinds[random.Next(kinds.Length)](random);
                _ = Interlocked.Increment(ref _count);
            }
        }
        catch (Exception exception)
        {
            lock (_failures)
            {
                _failures.Add(exception);
            }
        }
    }

    private void Classify(Random random)
    {
        Subject subject = Pick(random, _subjects);
        int index = random.Next(_images.Length);
        SoakImage image = _images[index];
        ResNetClassifier classifier = subject.Classifier;
        subject.Check(index, random.Next(4) switch
        {
            0 => Probability(() => classifier.Classify(image.Bytes)),
            1 => Probability(() => classifier.Classify(image.Path)),
            2 => Probability(() => classifier.Classify(new MemoryStream(image.Bytes))),
            _ => Probability(() => classifier.ClassifyAsync(image.Path).GetAwaiter().GetResult()),
        });
    }

    private void Batch(Random random)
    {
        Subject subject = Pick(random, _subjects);
        int[] indexes = [.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => random.Next(_images.Length))];
        InputImage[] inputs = [.. indexes.Select(index => InputImage.FromEncoded(_images[index].Bytes))];
        foreach ((int index, ClassificationOutcome outcome) in indexes.Zip(subject.Classifier.ClassifyBatch(inputs)))
        {
            subject.Check(index, Probability(() => outcome.Value));
        }
    }

    private void Sequence(Random random)
    {
        Subject subject = Pick(random, _subjects);
        int[] indexes = [.. Enumerable.Range(0, 24).Select(_ => random.Next(_images.Length))];
        int last = random.Next(indexes.Length * 2); // half of the callers leave early
        IEnumerable<InputImage> inputs = indexes.Select(index => InputImage.FromStream(() => File.OpenRead(_images[index].Path)));
        RunAsync().GetAwaiter().GetResult();

        async Task RunAsync()
        {
            int position = 0;
            await foreach (ClassificationOutcome outcome in subject.Classifier.ClassifyManyAsync(inputs))
            {
                subject.Check(indexes[position], Probability(() => outcome.Value));
                if (position++ == last)
                {
                    break;
                }
            }
        }
    }

    private void Embed(Random random)
    {
        InputImage[] inputs = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => (InputImage)Pick(random, _images).Path)];
        foreach (EmbeddingOutcome outcome in _embedder.EmbedBatch(inputs))
        {
            if (outcome.Error is not (null or ImageDecodeException)
                || (outcome.Succeeded && Math.Abs(outcome.Value.Sum(x => x * x) - 1) > Tolerance))
            {
                throw new InvalidOperationException("An embedding does not have length 1.", outcome.Error);
            }
        }
    }

    private void Explain(Random random)
    {
        try
        {
            _ = _subjects[0].Classifier.Explain(Pick(random, _images).Bytes);
        }
        catch (ImageDecodeException)
        {
            // A damaged image.
        }
    }

    private void Cancel(Random random)
    {
        using CancellationTokenSource canceled = new(TimeSpan.FromMilliseconds(random.Next(0, 20)));
        InputImage[] inputs = [.. Enumerable.Range(0, 16).Select(_ => (InputImage)Pick(random, _images).Path)];
        try
        {
            _ = Pick(random, _subjects).Classifier.ClassifyBatchAsync(inputs, cancellationToken: canceled.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The caller has gone.
        }
    }

    private void Recreate(Random random)
    {
        ResNetClassifierOptions options = new() { ExecutionMode = (ExecutionMode)random.Next(3), CacheOptimizedModel = false };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        _subjects[^1].Check(0, Probability(() => classifier.Classify(_images[0].Bytes)));
    }

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];

    /// <summary>Returns the largest probability, or NaN for an image that cannot be decoded.</summary>
    private static double Probability(Func<Classification> classify)
    {
        try
        {
            return classify().Best.Probability;
        }
        catch (ImageDecodeException)
        {
            return double.NaN;
        }
    }

    /// <summary>Represents a classifier and the outcomes of its first calls.</summary>
    private sealed record Subject(ResNetClassifier Classifier, double[] Expected)
    {
        public void Check(int image, double actual)
        {
            if (double.IsNaN(actual) != double.IsNaN(Expected[image]) || Math.Abs(actual - Expected[image]) > Tolerance)
            {
                throw new InvalidOperationException($"Image {image}: {actual} instead of {Expected[image]}.");
            }
        }
    }
}
