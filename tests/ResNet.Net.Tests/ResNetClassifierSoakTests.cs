using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>Many threads on one classifier. Alone, so that the memory it measures is its own.</summary>
[Collection(nameof(Alone))]
public class ResNetClassifierSoakTests
{
    [Fact]
    public void Classify_ThirtyTwoThreadsOnOneClassifier_EqualResultsAndFlatMemory()
    {
        // CI sets a minute; a developer's run is shorter.
        int seconds = int.Parse(Environment.GetEnvironmentVariable("RESNET_NET_SOAK_SECONDS") ?? "8", CultureInfo.InvariantCulture);
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
        byte[][] images = [.. Directory.GetFiles(TestFolders.SampleImages, "*.png").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Prediction[][] expected = [.. images.Select(p => classifier.Classify(p).Predictions.ToArray())];
        ConcurrentQueue<string> differences = [];
        long count = 0;
        long halfway = 0;
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
                if (watch.Elapsed.TotalSeconds > seconds / 2.0 && Interlocked.Read(ref halfway) == 0)
                {
                    Interlocked.CompareExchange(ref halfway, Process.GetCurrentProcess().WorkingSet64, 0);
                }
            }
        }))];

        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());

        differences.Should().BeEmpty();
        count.Should().BeGreaterThan(32 * images.Length);
        const long Slack = 64 << 20;
        Process.GetCurrentProcess().WorkingSet64.Should().BeLessThan(halfway + Slack);
    }

    [Fact]
    public void Dispose_WhileOtherThreadsClassify_EachCallEndsWellOrIsRefused()
    {
        byte[] pixels = new byte[32 * 32 * 3];
        new Random(6).NextBytes(pixels);
        int expected;
        using (ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20))
        {
            expected = classifier.Classify(new PixelView(pixels, 32, 32)).Best.ClassIndex;
        }

        ConcurrentQueue<Exception> failures = [];
        int answered = 0;
        for (int round = 0; round < 25; round++)
        {
            ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, new ResNetClassifierOptions { Threads = 1 + (round % 2) });
            using Barrier start = new(5);
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        if (classifier.Classify(new PixelView(pixels, 32, 32)).Best.ClassIndex == expected)
                        {
                            Interlocked.Increment(ref answered);
                        }
                        else
                        {
                            failures.Enqueue(new InvalidOperationException("another class"));
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                }
                catch (ResNetException exception)
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
        answered.Should().BePositive();
    }
}
