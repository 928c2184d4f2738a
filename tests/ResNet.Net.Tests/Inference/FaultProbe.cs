namespace ResNet.Net.Tests;

/// <summary>Runs the test assembly as a program without free pool threads, or with little memory. Prints what tests assert.</summary>
internal static class FaultProbe
{
    public const string Command = "fault";
    public const string NoPoolThreads = "no-pool-threads", LittleMemory = "little-memory";

    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i * 7))];

    public static int Run(string fault)
    {
        if (fault == NoPoolThreads)
        {
            OccupyPool();
        }
        else
        {
            LoadUntilMemoryEnds();
        }

        return 0;
    }

    private static void OccupyPool()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
        int expected = classifier.Classify(new PixelView(Pixels, 32, 32)).Best.ClassIndex;
        int threads = Environment.ProcessorCount;
        ThreadPool.SetMinThreads(threads, threads);
        ThreadPool.SetMaxThreads(threads, threads);
        using ManualResetEventSlim released = new();
        using CountdownEvent occupied = new(threads);
        for (int i = 0; i < threads; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    occupied.Signal();
                    released.Wait();
                },
                null);
        }

        occupied.Wait();
        InputImage image = InputImage.FromPixels(Pixels, 32, 32);
        Console.WriteLine(classifier.Classify(new PixelView(Pixels, 32, 32)).Best.ClassIndex == expected);
        Console.WriteLine(embedder.Embed(new PixelView(Pixels, 32, 32)).Length);
        Task<int> batch = Task.Factory.StartNew(
            () => classifier.ClassifyBatch(Enumerable.Repeat(image, 20).ToArray()).Count(o => o.Value.Best.ClassIndex == expected),
            CancellationToken.None,
            TaskCreationOptions.LongRunning, // a thread of its own
            TaskScheduler.Default);
        Task<IReadOnlyList<ClassificationOutcome>> later = classifier.ClassifyBatchAsync(Enumerable.Repeat(image, 20).ToArray());
        released.Set();
        Console.WriteLine(batch.GetAwaiter().GetResult());
        Console.WriteLine(later.GetAwaiter().GetResult().Count(o => o.Value.Best.ClassIndex == expected));
    }

    private static void LoadUntilMemoryEnds()
    {
        using ResNetClassifier first = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        float[] expected = new float[first.ScoreCount], actual = new float[first.ScoreCount];
        first.GetScores(new PixelView(Pixels, 32, 32), expected);
        byte[] large = ZooModels.Build("resnet18-v1-7").ToArray();
        List<OrtSession> sessions = [];
        string failure = "none";
        bool isEqualWithoutMemory = false;

        // Once before memory ends, so that the console and the compiler need none afterwards.
        Check();
        Console.WriteLine(isEqualWithoutMemory);
        isEqualWithoutMemory = false;
        for (int i = 0; i < 200 && failure == "none"; i++)
        {
            try
            {
                sessions.Add(OrtSession.FromMemory(large, "large", new SessionSettings { IntraOpThreads = 1 }));
            }
            catch (Exception exception) when (exception is InferenceException or OutOfMemoryException)
            {
                failure = exception.GetType().Name;
            }
        }

        Check();
        sessions.ForEach(session => session.Dispose());
        Console.WriteLine(failure);
        Console.WriteLine(isEqualWithoutMemory);
        first.GetScores(new PixelView(Pixels, 32, 32), actual);
        Console.WriteLine(expected.SequenceEqual(actual));

        void Check()
        {
            first.GetScores(new PixelView(Pixels, 32, 32), actual);
            isEqualWithoutMemory = expected.AsSpan().SequenceEqual(actual);
        }
    }
}
