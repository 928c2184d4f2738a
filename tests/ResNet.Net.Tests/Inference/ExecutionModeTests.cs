using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests;

/// <summary>Tests which session runs an image, depending on the mode and the load.</summary>
public sealed class ExecutionModeTests : IDisposable
{
    private static readonly string[] Many = [.. Enumerable.Repeat(TestFolders.SampleImagePaths, 5).SelectMany(p => p)];

    private readonly RecordingLoggers _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData(ExecutionMode.Automatic, 2, true)]
    [InlineData(ExecutionMode.Automatic, 1, false)]
    [InlineData(ExecutionMode.Latency, 2, false)]
    [InlineData(ExecutionMode.Throughput, 2, false)]
    public void Classify_ConcurrentCallers_OpenASecondSessionInAutomaticModeOnly(ExecutionMode mode, int threads, bool opens)
    {
        using (ResNetClassifier classifier = Create(new() { ExecutionMode = mode, Threads = threads }))
        {
            Load(classifier, isExpected: opens);
        }

        (int, LogLevel)[] expected = opens ? [(113, LogLevel.Information)] : [];
        _logs.Of("SecondSessionOpened").Select(e => (e.Event.Id, e.Level)).Should().Equal(expected);
        _logs.Of("ModelLoaded").Single().Values["Threads"].Should().Be(mode == ExecutionMode.Throughput ? 1 : threads);
    }

    [Fact]
    public void Classify_OneCaller_OpensNoSecondSession()
    {
        using (ResNetClassifier classifier = Create(new() { Threads = 2 }))
        {
            foreach (string path in Many)
            {
                classifier.Classify(path).Predictions.Should().NotBeEmpty();
            }
        }

        _logs.Of("SecondSessionOpened").Should().BeEmpty();
    }

    [Fact]
    public void Classify_ConfiguredSession_OpensNoSecondSession()
    {
        int configured = 0;
        using (ResNetClassifier classifier = Create(new() { Threads = 2, ConfigureSession = _ => configured++ }))
        {
            Load(classifier, isExpected: false);
        }

        configured.Should().Be(1);
        _logs.Of("SecondSessionOpened").Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Classify_ModelChangedSinceItWasLoaded_KeepsTheLoadedModel(bool inFile)
    {
        byte[] model = EmbeddedModel.Parse(ResNetVariant.Cifar10ResNet20).ToArray();
        using TemporaryFolder folder = new();
        string path = folder.Write("model.onnx", model);
        ModelDefinition definition = new(path) { Profile = PreprocessingProfile.Cifar10 };
        if (!inFile)
        {
            definition = new(model) { Profile = PreprocessingProfile.Cifar10 };
        }

        using (ResNetClassifier classifier = ResNetClassifier.Create(
            definition, new ResNetClassifierOptions { Threads = 2, LoggerFactory = _logs }))
        {
            int[] expected = [.. Many.Select(p => classifier.Classify(p).Best.ClassIndex)];
            Array.Clear(model);
            File.WriteAllBytes(path, model);

            Load(classifier, isExpected: true);
            classifier.ClassifyBatch(Many).Select(o => o.Value.Best.ClassIndex).Should().Equal(expected);
        }

        LogEntry failed = _logs.Of("SecondSessionFailed").Should().ContainSingle().Subject;
        (failed.Event.Id, failed.Level).Should().Be((114, LogLevel.Warning));
        failed.Exception!.Message.Should().Contain("has changed");
        _logs.Of("SecondSessionOpened").Should().BeEmpty();
    }

    [Fact]
    public async Task Classify_ConcurrentCallersWhileSessionsChange_EqualsOneCaller()
    {
        using ResNetClassifier single = Create(new() { ExecutionMode = ExecutionMode.Latency, Threads = 1 });
        Dictionary<string, float[]> expected = TestFolders.SampleImagePaths.ToDictionary(p => p, p => Probabilities(single, p));
        using ResNetClassifier classifier = Create(new() { Threads = 2 });

        await Parallel.ForEachAsync(
            Enumerable.Repeat(Many, 8).SelectMany(p => p), new ParallelOptions { MaxDegreeOfParallelism = 6 }, (path, _) =>
            {
                Probabilities(classifier, path).Should().Equal(expected[path], (a, e) => Math.Abs(a - e) < 1e-6);
                return ValueTask.CompletedTask;
            });
    }

    [Fact]
    public void Create_UndefinedMode_Throws()
        => ((Action)(() => Create(new() { ExecutionMode = (ExecutionMode)3 })))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("ExecutionMode");

    /// <summary>Classifies on four threads: until the second session is opened or fails, or a fixed number of images.</summary>
    private void Load(ResNetClassifier classifier, bool isExpected)
    {
        const int Images = 200;
        long start = Stopwatch.GetTimestamp();
        bool GoesOn(int images) => isExpected
            ? !_logs.Of("SecondSessionOpened").Concat(_logs.Of("SecondSessionFailed")).Any()
                && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2)
            : images < Images;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(caller => new Thread(() =>
        {
            for (int i = 0; GoesOn(i); i++)
            {
                _ = classifier.Classify(Many[i % Many.Length]);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static float[] Probabilities(ResNetClassifier classifier, string path)
        => [.. classifier.Classify(path, topK: 10).Predictions.OrderBy(p => p.ClassIndex).Select(p => p.Probability)];

    private ResNetClassifier Create(ResNetClassifierOptions options)
        => ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options with { LoggerFactory = _logs });
}
