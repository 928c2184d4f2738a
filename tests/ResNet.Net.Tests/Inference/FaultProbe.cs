using System.Runtime.InteropServices;
using SkiaSharp;

namespace ResNet.Net.Tests;

/// <summary>Runs the test assembly as a program without free pool threads, or with little memory. Prints what tests assert.</summary>
internal static class FaultProbe
{
    public const string Command = "fault";
    public const string NoPoolThreads = "no-pool-threads", LittleMemory = "little-memory";
    public const string LittleMemoryRun = "little-memory-run", LittleMemoryDecode = "little-memory-decode";

    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i * 7))];

    public static int Run(string fault)
    {
        switch (fault)
        {
            case NoPoolThreads:
                OccupyPool();
                break;
            case LittleMemory:
                LoadUntilMemoryEnds();
                break;
            case LittleMemoryRun:
                RunWithoutMemory();
                break;
            default:
                DecodeWithoutMemory();
                break;
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

    // The arena of ONNX Runtime must grow by hundreds of megabytes for a larger batch.
    private static void RunWithoutMemory()
    {
        const int Small = 1, Large = 64;
        ModelDefinition definition = new(ZooModels.Build("resnet18-v1-7").ToArray()) { Profile = PreprocessingProfile.Mxnet };
        using ResNetClassifier classifier
            = ResNetClassifier.Create(definition, new ResNetClassifierOptions { Threads = 1, BatchSize = Large });
        InputImage image = InputImage.FromPixels(Pixels, 32, 32);
        InputImage[] small = [.. Enumerable.Repeat(image, Small)], large = [.. Enumerable.Repeat(image, Large)];
        int expected = classifier.ClassifyBatch(small)[0].Value.Best.ClassIndex;
        Print(() => classifier.ClassifyBatch(small), expected, Small);
        using (ExhaustedMemory.Take())
        {
            Print(() => classifier.ClassifyBatch(large), expected, Large);
        }

        Print(() => classifier.ClassifyBatch(large), expected, Large);
    }

    private static void Print(Func<IReadOnlyList<ClassificationOutcome>> classify, int expected, int count)
    {
        try
        {
            IReadOnlyList<ClassificationOutcome> outcomes = classify();
            string? error = outcomes.Select(o => Describe(o.Error)).FirstOrDefault(text => text is not null);
            Console.WriteLine(error ?? $"{outcomes.Count(o => o.Value.Best.ClassIndex == expected) == count}");
        }
        catch (Exception exception)
        {
            Console.WriteLine(Describe(exception));
        }
    }

    // A stack trace would need memory.
    private static string? Describe(Exception? exception)
        => exception is ImageDecodeException decoding ? decoding.Failure.ToString() : exception?.GetType().Name;

    private static void DecodeWithoutMemory()
    {
        const int Side = 3000;
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        using SKBitmap bitmap = new(Side, Side);
        bitmap.Erase(new SKColor(200, 30, 40));
        byte[] Encode(SKEncodedImageFormat format)
        {
            using SKData data = bitmap.Encode(format, 90);
            return data.ToArray();
        }

        byte[][] images = [Encode(SKEncodedImageFormat.Png), Encode(SKEncodedImageFormat.Jpeg), Encode(SKEncodedImageFormat.Webp)];
        int[] expected = [.. images.Select(image => classifier.Classify(image).Best.ClassIndex)];
        Print(0);
        using (ExhaustedMemory.Take())
        {
            Array.ForEach([0, 1, 2], Print);
        }

        Array.ForEach([0, 1, 2], Print);

        void Print(int index) => FaultProbe.Print(() => classifier.ClassifyBatch([images[index]]), expected[index], 1);
    }

    /// <summary>Takes all native memory that the process may have, except for pieces below 64 KiB.</summary>
    private sealed unsafe class ExhaustedMemory : IDisposable
    {
        private readonly List<nint> _blocks = new(1 << 16);

        public static ExhaustedMemory Take()
        {
            ExhaustedMemory memory = new();
            for (nuint size = 64 << 20; size >= 64 << 10; size /= 2)
            {
                while (TryAllocate(size, out nint block))
                {
                    memory._blocks.Add(block);
                }
            }

            return memory;
        }

        public void Dispose() => _blocks.ForEach(block => NativeMemory.Free((void*)block));

        private static bool TryAllocate(nuint size, out nint block)
        {
            try
            {
                block = (nint)NativeMemory.Alloc(size);
                return true;
            }
            catch (OutOfMemoryException)
            {
                block = 0;
                return false;
            }
        }
    }
}
