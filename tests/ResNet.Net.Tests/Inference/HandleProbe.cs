using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Tests;

/// <summary>
/// Runs the test assembly as a program that uses models in every way while <see cref="NativeHandles"/> counts. Prints what
/// <see cref="NativeHandleTests"/> asserts.
/// </summary>
internal static class HandleProbe
{
    public const string Command = "handles";
    public const string Disposed = "disposed", Abandoned = "abandoned";

    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 32 * 32 * 3).Select(i => (byte)(i * 7))];

    public static int Run(string mode)
    {
        NativeHandles.Count();
        if (mode == Disposed)
        {
            UseInEveryMode();
            FailToLoad();
            FailToRun();
            DisposeDuringCalls();
        }
        else
        {
            Abandon();
        }

        Collect(times: 5);

        Console.WriteLine(NativeHandles.Summary);
        Console.WriteLine(NativeHandles.LiveCount);
        Console.WriteLine(NativeHandles.UnknownReleases);
        return 0;
    }

    private static void UseInEveryMode()
    {
        InputImage image = InputImage.FromPixels(Pixels, 32, 32);
        foreach (ExecutionMode mode in Enum.GetValues<ExecutionMode>())
        {
            ResNetClassifierOptions options = new() { ExecutionMode = mode, ActivationMaps = true, BatchSize = 4 };
            using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            Parallel.For(0, 32, _ => classifier.Classify(new PixelView(Pixels, 32, 32)));
            _ = classifier.ClassifyBatch(Enumerable.Repeat(image, 11).ToArray());
            _ = classifier.Explain(new PixelView(Pixels, 32, 32));
            classifier.Dispose();
        }

        using ResNetEmbedder embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
        _ = embedder.EmbedBatch(Enumerable.Repeat(image, 5).ToArray());
    }

    private static void FailToLoad()
    {
        try
        {
            ResNetClassifier.Create(new ModelDefinition(new byte[] { 8, 1, 2, 3 })).Dispose();
            throw new InvalidOperationException("A damaged model loads.");
        }
        catch (ResNetException)
        {
            // The expected outcome.
        }
    }

    private static void FailToRun()
    {
        byte[] model = OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 2, 0], [0.5f, -1], [-1, 3, 2, 2]);
        using OrtSession session = OrtSession.FromMemory(model, "test", new SessionSettings { IntraOpThreads = 1 });
        using AlignedBuffer input = new(12);
        using OrtValue tensor = input.CreateTensor([2, 3, 2, 1]);
        try
        {
            _ = session.RunToArray([new NamedTensor("image", tensor)], "scores");
            throw new InvalidOperationException("A tensor of another shape runs.");
        }
        catch (InferenceException)
        {
            // The expected outcome.
        }

        using OrtValue right = input.CreateTensor([1, 3, 2, 2]);
        _ = session.RunToArray([new NamedTensor("image", right)], "scores");
    }

    private static void DisposeDuringCalls()
    {
        for (int round = 0; round < 10; round++)
        {
            ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20);
            using Barrier start = new(17);
            Thread[] threads = [.. Enumerable.Range(0, 16).Select(t => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    while (true)
                    {
                        _ = classifier.Classify(new PixelView(Pixels, 32, 32));
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The expected outcome.
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            start.SignalAndWait();
            Thread.Sleep(round);
            classifier.Dispose();
            Array.ForEach(threads, t => t.Join());
        }
    }

    private static void Abandon()
    {
        // The finalizers of sessions, bindings, tensors and buffers run in an order that nobody defines.
        for (int i = 0; i < 40; i++)
        {
            Use(i);
            Collect(times: 1);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Use(int i)
        {
            ResNetClassifierOptions options = new() { ExecutionMode = (ExecutionMode)(i % 3), ActivationMaps = i % 2 == 0, BatchSize = 3 };
            ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
            InputImage image = InputImage.FromPixels(Pixels, 32, 32);
            _ = classifier.ClassifyBatch(Enumerable.Repeat(image, 7).ToArray());
            _ = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20).Embed(new PixelView(Pixels, 32, 32));
        }
    }

    private static void Collect(int times)
    {
        for (int i = 0; i < times; i++)
        {
#pragma warning disable RS0030 // the finalizers are under test
            GC.Collect();
#pragma warning restore RS0030
            GC.WaitForPendingFinalizers();
        }
    }
}
