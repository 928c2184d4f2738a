using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace ResNet.Net.Tests;

/// <summary>
/// Tests concurrent use of one classifier. No other tests run in parallel, because these measure the memory of the process.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ResNetClassifierSoakTests
{
    [Fact]
    public void Classify_ThirtyTwoThreads_ReturnsEqualResultsInConstantMemory()
    {
        // CI sets 30 seconds.
        int seconds = int.Parse(Environment.GetEnvironmentVariable("RESNET_NET_SOAK_SECONDS") ?? "8", CultureInfo.InvariantCulture);
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        byte[][] images = [.. TestFolders.SampleImagePaths.Select(File.ReadAllBytes)];
        Prediction[][] expected = [.. images.Select(i => classifier.Classify(i).Predictions.ToArray())];
        ConcurrentQueue<string> differences = [];
        long count = 0;
        long memoryAtHalf = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Thread[] threads = [.. Enumerable.Range(0, 32).Select(t => new Thread(() =>
        {
            for (int i = t; watch.Elapsed.TotalSeconds < seconds; i++)
            {
                int index = i % images.Length;
                if (!classifier.Classify(images[index]).Predictions.SequenceEqual(expected[index]))
                {
                    differences.Enqueue($"thread {t}, image {index}");
                }

                Interlocked.Increment(ref count);
                if (watch.Elapsed.TotalSeconds > seconds / 2.0 && Interlocked.Read(ref memoryAtHalf) == 0)
                {
                    Interlocked.CompareExchange(ref memoryAtHalf, Process.GetCurrentProcess().WorkingSet64, 0);
                }
            }
        }))];

        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());

        differences.Should().BeEmpty();
        count.Should().BeGreaterThan(32 * images.Length);
        const long Slack = 64 << 20;
        Process.GetCurrentProcess().WorkingSet64.Should().BeLessThan(memoryAtHalf + Slack);
    }

    [Fact]
    public void Classify_DuringCompactingCollections_ReturnsEqualResults()
    {
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        byte[][] images = [.. TestFolders.SampleImagePaths.Select(File.ReadAllBytes)];
        Prediction[][] expected = [.. images.Select(i => classifier.Classify(i).Predictions.ToArray())];
        ConcurrentQueue<string> differences = [];
        using CancellationTokenSource ended = new();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(t => new Thread(() =>
        {
            for (int i = t; !ended.IsCancellationRequested; i++)
            {
                // The arrays are new, and dead neighbors leave gaps, so that every collection moves them.
                byte[][] garbage = [.. Enumerable.Range(0, 8).Select(_ => new byte[1000])];
                byte[] image = [.. images[i % images.Length]];
                garbage[0][0] = image[0];
                if (!classifier.Classify(image).Predictions.SequenceEqual(expected[i % images.Length]))
                {
                    differences.Enqueue($"thread {t}, image {i % images.Length}");
                }
            }
        }))];
        Array.ForEach(threads, t => t.Start());

        for (int collection = 0; collection < 200; collection++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        ended.Cancel();
        Array.ForEach(threads, t => t.Join());

        differences.Should().BeEmpty();
    }

    [Fact]
    public void Dispose_WhileOtherThreadsClassify_CallsCompleteOrThrowObjectDisposedException()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        new Random(6).NextBytes(pixels);
        InputImage image = InputImage.FromPixels(pixels, 32, 32);
        int expected;
        using (ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20))
        {
            expected = classifier.Classify(new PixelView(pixels, 32, 32)).Best.ClassIndex;
        }

        ConcurrentQueue<Exception> failures = [];
        int completed = 0;
        for (int round = 0; round < 25; round++)
        {
            ResNetClassifierOptions options = new() { Threads = 1 + (round % 2) };
            ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            using Barrier start = new(17);
            Thread[] threads = [.. Enumerable.Range(0, 16).Select(t => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        Classification result = t % 2 == 0
                            ? classifier.Classify(new PixelView(pixels, 32, 32))
                            : classifier.ClassifyBatch([image, image, image])[t % 3].Value;
                        if (result.Best.ClassIndex == expected)
                        {
                            Interlocked.Increment(ref completed);
                        }
                        else
                        {
                            failures.Enqueue(new InvalidOperationException("The predicted class differs."));
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            start.SignalAndWait();
            Thread.Sleep(round);

            classifier.Dispose();

            Array.ForEach(threads, t => t.Join());
        }

        failures.Should().BeEmpty();
        completed.Should().BePositive();
    }
}
