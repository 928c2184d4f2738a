using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>
/// Measurements and activities. Each test has a unique model name, since there is one meter per process. Not in parallel with other tests:
/// with a listener, each call allocates an activity.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ResNetTelemetryTests : IDisposable
{
    private static readonly byte[] Model = EmbeddedModel();
    private static readonly string Ship = Path.Combine(TestFolders.SampleImages, "ship.png");
    private static readonly string Text = Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg");
    private static readonly string[] ImageTags = ["resnet.model", "resnet.execution_provider", "resnet.operation"];

    private readonly string _name = $"model {Guid.NewGuid():N}";
    private readonly RecordedMeter _meter;
    private readonly RecordedActivities _activities;
    private readonly ResNetClassifier _classifier;
    private readonly ResNetEmbedder _embedder;

    public ResNetTelemetryTests()
    {
        _meter = new RecordedMeter(_name);
        _activities = new RecordedActivities(_name);
        _classifier = ResNetClassifier.Create(Definition(_name), new ResNetClassifierOptions { ActivationMaps = true, BatchSize = 2 });
        _embedder = ResNetEmbedder.Create(Definition(_name), new ResNetEmbedderOptions { BatchSize = 2 });
    }

    public void Dispose()
    {
        _classifier.Dispose();
        _embedder.Dispose();
        _activities.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Names_EqualTheContract()
    {
        ResNetTelemetry.MeterName.Should().Be("ResNet.Net");
        ResNetTelemetry.ActivitySourceName.Should().Be("ResNet.Net");
        ResNetTelemetry.OnnxRuntimeLogCategory.Should().Be("ResNet.Net.OnnxRuntime");
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("scores")]
    [InlineData("embed")]
    [InlineData("explain")]
    public async Task AnyOverload_OneImage_IsMeasuredOnce(string operation)
    {
        byte[] encoded = await File.ReadAllBytesAsync(Ship);
        byte[] pixels = new byte[40 * 30 * 3];
        List<Func<Task>> overloads = operation switch
        {
            "classify" =>
            [
                () => Sync(() => _classifier.Classify(Ship)),
                () => Sync(() => _classifier.Classify(new MemoryStream(encoded))),
                () => Sync(() => _classifier.Classify(encoded)),
                () => _classifier.ClassifyAsync(Ship),
                () => _classifier.ClassifyAsync(new MemoryStream(encoded)),
                () => Sync(() => _classifier.Classify(new PixelView(pixels, 40, 30))),
                () => Sync(() => _classifier.Classify(new PixelView(pixels, 40, 30), new Prediction[2].AsSpan())),
            ],
            "scores" => [() => Sync(() => _classifier.GetScores(new PixelView(pixels, 40, 30), new float[10]))],
            "embed" =>
            [
                () => Sync(() => _embedder.Embed(Ship)),
                () => Sync(() => _embedder.Embed(new MemoryStream(encoded))),
                () => Sync(() => _embedder.Embed(encoded)),
                () => _embedder.EmbedAsync(Ship),
                () => _embedder.EmbedAsync(new MemoryStream(encoded)),
                () => Sync(() => _embedder.Embed(new PixelView(pixels, 40, 30))),
                () => Sync(() => _embedder.Embed(new PixelView(pixels, 40, 30), new float[64].AsSpan())),
            ],
            _ =>
            [
                () => Sync(() => _classifier.Explain(Ship)),
                () => Sync(() => _classifier.Explain(new MemoryStream(encoded))),
                () => Sync(() => _classifier.Explain(encoded)),
                () => Sync(() => _classifier.Explain(new PixelView(pixels, 40, 30))),
            ],
        };
        int decoded = 0;
        for (int i = 0; i < overloads.Count; i++)
        {
            bool hasPixels = operation == "scores" || i >= (operation == "explain" ? 3 : 5);
            decoded += hasPixels ? 0 : 1;

            await overloads[i]();

            _meter.Of("resnet.images.answered").Should().HaveCount(i + 1)
                .And.OnlyContain(m => m.Value == 1 && m.Unit == "{image}" && (string)m.Tags["resnet.operation"]! == operation);
            Stage("decode").Should().HaveCount(decoded);
            Stage("preprocess").Should().HaveCount(i + 1);
            Stage("inference").Should().HaveCount(i + 1);
        }

        _meter.Of("resnet.images.answered").Should().OnlyContain(
            m => m.Tags.Keys.SequenceEqual(ImageTags) && (string)m.Tags["resnet.execution_provider"]! == "CPU");
        _meter.Of("resnet.stage.duration").Should().OnlyContain(m => m.Unit == "s" && m.Value > 0 && m.Value < 60);
        _meter.Of("resnet.images.failed").Should().BeEmpty();
        _meter.Of("resnet.batch.size").Should().BeEmpty();
        _meter.Observe("resnet.images.pending").Should().Be(0);
        _activities.All.Where(s => s.OperationName != "load model").Should().HaveCount(overloads.Count)
            .And.OnlyContain(s => s.OperationName == operation && s.Status == ActivityStatusCode.Unset);
    }

    [Theory]
    [InlineData("classify")]
    [InlineData("embed")]
    public void Batch_WithBadImages_CountsEachOnce(string operation)
    {
        string missing = Path.Combine(TestFolders.SampleImages, "missing.png");
        string[] paths = [Ship, Text, Ship, missing, Ship];

        _ = operation == "classify" ? _classifier.ClassifyBatch(paths).Count : _embedder.EmbedBatch(paths).Count;

        _meter.Sum("resnet.images.answered").Should().Be(3);
        IReadOnlyList<RecordedMeasurement> failures = _meter.Of("resnet.images.failed");
        failures.Select(m => (m.Value, m.Tags["error.type"])).Should().BeEquivalentTo([(1d, (object)"unsupported_format"), (1d, "io")]);
        failures.Should().OnlyContain(m => m.Tags.Keys.SequenceEqual(ImageTags.Append("error.type")));
        _meter.Of("resnet.batch.size").Select(m => m.Value).Should().BeEquivalentTo([2d, 2d, 1d]);
        Stage("decode").Should().HaveCount(3);
        Stage("inference").Should().HaveCount(3);
        _meter.Observe("resnet.images.pending").Should().Be(0);
        Activity activity = _activities.All.Single(s => s.OperationName != "load model");
        activity.OperationName.Should().Be($"{operation} batch");
        activity.GetTagItem("resnet.images").Should().Be(5);
        activity.GetTagItem("resnet.images.failed").Should().Be(2);
        activity.Status.Should().Be(ActivityStatusCode.Unset, "the call returned outcomes, two of them failures");
    }

    [Fact]
    public async Task Failures_AnyOverload_HaveAReasonAndNoPath()
    {
        string missing = Path.Combine(TestFolders.SampleImages, "missing.png");
        ((Action)(() => _classifier.Classify(Text))).Should().Throw<ImageDecodeException>();
        ((Action)(() => _embedder.Embed(missing))).Should().Throw<FileNotFoundException>();
        ((Action)(() => _classifier.Explain(ReadOnlySpan<byte>.Empty))).Should().Throw<ImageDecodeException>();
        await ((Func<Task>)(() => _classifier.ClassifyAsync(missing))).Should().ThrowAsync<FileNotFoundException>();
        await ((Func<Task>)(() => _classifier.ClassifyAsync(Ship, cancellationToken: new CancellationToken(true))))
            .Should().ThrowAsync<OperationCanceledException>();

        _meter.Of("resnet.images.failed").Select(m => (m.Tags["resnet.operation"], m.Tags["error.type"])).Should().Equal(
            ("classify", "unsupported_format"),
            ("embed", "io"),
            ("explain", "empty"),
            ("classify", "io"),
            ("classify", "cancelled"));
        _meter.Of("resnet.images.answered").Should().BeEmpty();
        _meter.Observe("resnet.images.pending").Should().Be(0);
        Activity[] failed = [.. _activities.All.Where(s => s.OperationName != "load model")];
        failed.Should().HaveCount(5).And.OnlyContain(s => s.Status == ActivityStatusCode.Error);
        failed.Select(s => s.GetTagItem("error.type")).Should().Equal("unsupported_format", "io", "empty", "io", "cancelled");
        IEnumerable<string> texts =
        [
            .. failed.SelectMany(s => s.TagObjects.Select(t => $"{t.Value}").Append(s.StatusDescription ?? "")),
            .. _meter.All.SelectMany(m => m.Tags.Values.Select(v => $"{v}")),
        ];
        texts.Should().NotContain(
            t => t.Contains(TestFolders.Repository, StringComparison.Ordinal) || t.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public void InvalidCalls_AreNotMeasured()
    {
        ((Action)(() => _classifier.Classify(Ship, 0))).Should().Throw<ArgumentException>();
        ((Action)(() => _classifier.Classify(default(PixelView)))).Should().Throw<ArgumentException>();
        _classifier.Dispose();
        ((Action)(() => _classifier.Classify(Ship))).Should().Throw<ObjectDisposedException>();
        ((Action)(() => _classifier.ClassifyBatch([Ship]))).Should().Throw<ObjectDisposedException>();

        _meter.Of("resnet.images.failed").Should().BeEmpty();
        _activities.All.Select(s => s.OperationName).Should().Equal("load model", "load model");
    }

    [Fact]
    public async Task Pending_WhileAStreamIsRead_IsOne()
    {
        TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource resume = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using GatedStream stream = new(await File.ReadAllBytesAsync(Ship), reading, resume);

        Task<Classification> task = _classifier.ClassifyAsync(stream);
        await reading.Task;
        double meanwhile = _meter.Observe("resnet.images.pending");
        resume.SetResult();
        await task;

        meanwhile.Should().Be(1);
        _meter.Observe("resnet.images.pending").Should().Be(0);
        _meter.Of("resnet.images.pending")[^1].Tags.Keys.Should().Equal("resnet.model", "resnet.execution_provider");
    }

    [Fact]
    public async Task Pending_AfterDisposeDuringCalls_IsZero()
    {
        Task[] callers = [.. Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                Task call = caller % 2 == 0
                    ? _classifier.ClassifyAsync(caller == 0 ? Ship : Text)
                    : Task.Run(() => _classifier.ClassifyBatch([Ship, Text, Ship]));
                await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }))];
        while (_meter.Sum("resnet.images.answered") < 20)
        {
            await Task.Delay(1);
        }

        _classifier.Dispose();
        await Task.WhenAll(callers);

        _meter.Observe("resnet.images.pending").Should().Be(0);
        string[] reasons = ["unsupported_format", "disposed"];
        _meter.Of("resnet.images.failed").Select(m => (string)m.Tags["error.type"]!).Should().OnlyContain(r => reasons.Contains(r));
    }

    [Fact]
    public void Load_Success_IsMeasuredWithActivity()
    {
        RecordedMeasurement load = _meter.Of("resnet.model.load.duration")
            .Should().HaveCount(2, "a classifier and an embedder").And.Subject.First();
        load.Unit.Should().Be("s");
        load.Value.Should().BePositive();
        load.Tags.Keys.Should().Equal("resnet.model", "resnet.execution_provider");
        Activity activity = _activities.All.Should().HaveCount(2).And.Subject.First();
        activity.OperationName.Should().Be("load model");
        activity.GetTagItem("resnet.optimized_graph").Should().Be(false);
    }

    [Fact]
    public void Load_InvalidModel_HasAReason()
    {
        string name = $"no model {Guid.NewGuid():N}";
        using RecordedMeter meter = new(name);
        using RecordedActivities activities = new(name);

        ((Action)(() => ResNetClassifier.Create(new ModelDefinition(new byte[] { 1, 2, 3 }) { Name = name })))
            .Should().Throw<ResNetException>();

        meter.Of("resnet.model.load.duration").Should().ContainSingle().Which.Tags["error.type"].Should().Be("model");
        activities.All.Should().ContainSingle().Which.Status.Should().Be(ActivityStatusCode.Error);
    }

    [Fact]
    public async Task Activities_AsyncCalls_AreChildrenOfTheCaller()
    {
        using Activity parent = new("request");
        parent.Start();

        await _classifier.ClassifyAsync(Ship);

        Activity.Current.Should().BeSameAs(parent);
        _activities.All.Single(s => s.OperationName == "classify").ParentSpanId.Should().Be(parent.SpanId);
    }

    [Fact]
    public void Classify_PixelsIntoSpanWithMeterListener_AllocatesNothing()
    {
        string name = $"quiet {Guid.NewGuid():N}";
        using ResNetClassifier classifier = ResNetClassifier.Create(Definition(name));
        byte[] pixels = new byte[500 * 375 * 3];
        Prediction[] predictions = new Prediction[3];
        using System.Diagnostics.Metrics.MeterListener listener = new();
        long measurements = 0;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == ResNetTelemetry.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref measurements));
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref measurements));
        listener.Start();
        Activity? current = Activity.Current;
        void Classify() => classifier.Classify(new PixelView(pixels, 500, 375), predictions.AsSpan());
        _activities.Dispose(); // an activity is an object
        Classify();

        long allocated = Allocations.Of(Classify);

        allocated.Should().Be(0);
        Interlocked.Read(ref measurements).Should().BeGreaterThanOrEqualTo(3);
        Activity.Current.Should().BeSameAs(current);
    }

    [Theory]
    [InlineData(ImageDecodeFailure.Corrupt, "corrupt")]
    [InlineData(ImageDecodeFailure.Empty, "empty")]
    [InlineData(ImageDecodeFailure.Truncated, "truncated")]
    [InlineData(ImageDecodeFailure.UnsupportedFormat, "unsupported_format")]
    [InlineData(ImageDecodeFailure.TooLarge, "too_large")]
    public void FailureReason_DecodeFailures_AreTheirNames(ImageDecodeFailure failure, string reason)
    {
        FailureReason.Of(new ImageDecodeException(failure, "")).Should().Be(reason);
        Enum.GetValues<ImageDecodeFailure>().Should().HaveCount(5, "each needs a case here and a row in docs/diagnostics.md");
    }

    [Fact]
    public void FailureReason_OtherFailures_AreFromTheFixedSet()
    {
        Exception[] exceptions =
        [
            new IOException(),
            new UnauthorizedAccessException(),
            new ResNetException(""),
            new InferenceException("", new Onnx.OnnxModelException("")),
            new ModelUnavailableException("", ""),
            new ModelVerificationException("", "", "", null, ""),
            new ResNetException("", new TypeInitializationException("", new DllNotFoundException())),
            new DllNotFoundException(),
            new OperationCanceledException(),
            new ObjectDisposedException(""),
            new ArgumentOutOfRangeException(),
            new InvalidOperationException(),
        ];

        exceptions.Select(FailureReason.Of).Should().Equal(
            "io",
            "io",
            "model",
            "model",
            "model_unavailable",
            "model_verification",
            "native_library",
            "native_library",
            "cancelled",
            "disposed",
            "argument",
            "_OTHER");
    }

    private static ModelDefinition Definition(string name)
        => new(Model) { Name = name, Labels = LabelSet.Cifar10, Profile = PreprocessingProfile.Cifar10 };

    private static byte[] EmbeddedModel()
    {
        using UnmanagedMemoryStream stream = EmbeddedResource.Open("resnet20-cifar10.onnx");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static Task Sync(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private IReadOnlyList<RecordedMeasurement> Stage(string stage)
        => [.. _meter.Of("resnet.stage.duration").Where(m => (string)m.Tags["resnet.stage"]! == stage)];

    /// <summary>Blocks its first read until a signal.</summary>
    private sealed class GatedStream(byte[] bytes, TaskCompletionSource reading, TaskCompletionSource resume) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            reading.TrySetResult();
            await resume.Task.WaitAsync(cancellationToken);
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }
}
