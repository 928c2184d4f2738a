using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Tests;

/// <summary>Log events, whose ids and names are a contract. Not in parallel with other tests, since some listen to activities.</summary>
[Collection(nameof(Alone))]
public sealed class LogTests : IDisposable
{
    private static readonly string Ship = Path.Combine(TestFolders.SampleImages, "ship.png");
    private static readonly string Text = Path.Combine(TestFolders.Fixtures, "images", "bad-text.jpg");

    private readonly RecordingLoggers _logs = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _logs.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Events_IdsAndNames_EqualTheContract()
    {
        EventsOf(typeof(ClassifierLog), typeof(StoreLog), typeof(OnnxRuntimeLog)).Should().Equal(
            (100, "ModelLoaded"),
            (101, "Int8GuardSet"),
            (103, "ImageFailed"),
            (104, "ModelFailed"),
            (105, "OptimizedModelOpened"),
            (106, "ModelDisposed"),
            (107, "OptimizedModelCached"),
            (108, "OptimizedModelNotCached"),
            (109, "OptimizedModelRejected"),
            (110, "OutputKindContradicted"),
            (111, "OutputKindAssumed"),
            (112, "BatchRejected"), (113, "SecondSessionOpened"), (114, "SecondSessionFailed"),
            (200, "DownloadStarted"),
            (201, "DownloadFinished"),
            (202, "DownloadRetried"),
            (203, "DownloadNote"),
            (204, "SourceFailed"),
            (205, "VerificationFailed"),
            (206, "FileQuarantined"),
            (207, "FileUnreadable"),
            (208, "WaitingForOther"),
            (209, "HashAccepted"),
            (210, "ModelImported"),
            (211, "ImportWarning"),
            (212, "ImportNotStored"),
            (213, "ImportRejected"),
            (300, "OnnxRuntimeMessage"));
    }

    [Fact]
    public void Events_IdsAndNames_EqualTheDocumentation()
    {
        string[] lines = File.ReadAllLines(Path.Combine(TestFolders.Repository, "docs", "diagnostics.md"));
        IEnumerable<(int Id, string Name)> documented = lines
            .Select(l => Regex.Match(l, @"^\| (\d{3}) \| `(\w+)` \|"))
            .Where(m => m.Success)
            .Select(m => (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), m.Groups[2].Value));

        documented.Where(e => e.Id < 400).Should().Equal(EventsOf(typeof(ClassifierLog), typeof(StoreLog), typeof(OnnxRuntimeLog)));
    }

    [Fact]
    public void Classifier_FromLoadToDispose_IsLogged()
    {
        using (ResNetClassifier classifier = Create())
        {
            classifier.Classify(Ship);
            classifier.Classify(Ship);
            ((Action)(() => classifier.Classify(Text))).Should().Throw<ImageDecodeException>();
            classifier.ClassifyBatch([Ship, Text]).Should().HaveCount(2);
            classifier.Dispose();
        }

        _logs.Entries.Should().OnlyContain(e => e.Category == "ResNet.Net.ResNetClassifier"
            || (e.Category == ResNetTelemetry.OnnxRuntimeLogCategory && e.Level <= LogLevel.Debug));
        LogEntry loaded = _logs.Of("ModelLoaded").Should().ContainSingle().Subject;
        (loaded.Event.Id, loaded.Level).Should().Be((100, LogLevel.Information));
        loaded.Values.Should().Contain([
            new("Model", "resnet20-cifar10"),
            new("ExecutionProvider", "CPU"),
            new("Threads", 1),
            new("Source", "the library"),
            new("OptimizedGraph", false),
        ]);
        ((double)loaded.Values["Milliseconds"]!).Should().BePositive();
        _logs.Of("ImageFailed").Should().HaveCount(2).And.OnlyContain(e => e.Level == LogLevel.Debug
            && (string?)e.Values["Reason"] == "unsupported_format"
            && e.Exception is ImageDecodeException);
        _logs.Of("ModelDisposed").Should().ContainSingle("the second Dispose has no effect");
        _logs.Of("Int8GuardSet").Should().HaveCount(Int8Guard.IsNeeded(CpuFeatures.HasInt8DotProduct) ? 1 : 0);
    }

    [Fact]
    public void Classify_ModelReturnsNaN_IsLoggedAsError()
    {
        byte[] bytes = OnnxModelBuilder.PlaneMeans(new float[6], [float.NaN, 1], [-1, 3, 32, 32]);
        ModelDefinition model = new(bytes) { Name = "broken", Profile = PreprocessingProfile.Cifar10 };
        using ResNetClassifier classifier = ResNetClassifier.Create(model, new ResNetClassifierOptions { LoggerFactory = _logs });

        ((Action)(() => classifier.ClassifyBatch([Ship, Ship, Ship]))).Should().Throw<ResNetException>();

        LogEntry entry = _logs.Of("ModelFailed").Should().ContainSingle().Subject;
        (entry.Event.Id, entry.Level, entry.Values["Reason"], entry.Values["Images"]).Should().Be((104, LogLevel.Error, "model", 3));
        entry.Exception.Should().BeOfType<ResNetException>();
    }

    [Theory]
    [InlineData(3e38f, 1)]
    [InlineData(3e38f, 4)]
    [InlineData(float.NaN, 1)]
    [InlineData(float.NegativeInfinity, 4)]
    public async Task GetScores_TensorThatOverflows_IsTheErrorOfTheImage(float value, int batchSize)
    {
        ResNetClassifierOptions options = new() { LoggerFactory = _logs, BatchSize = batchSize };
        using ResNetClassifier classifier = ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options);
        float[] huge = new float[3 * 32 * 32];
        Array.Fill(huge, value);
        InputImage[] images = [InputImage.FromFile(Ship), InputImage.FromTensor(huge), InputImage.FromFile(Ship)];

        IReadOnlyList<ScoresOutcome> outcomes = await classifier.GetScoresBatchAsync(images);
        Action single = () => classifier.GetScores(images[1]);

        outcomes.Select(o => o.Succeeded).Should().Equal(true, false, true);
        outcomes[1].Error.Should().BeOfType<ArgumentException>().Which.Message.Should().Contain(
            $"The tensor has the value {value}, but the profile 'Cifar10' produces values from -");
        single.Should().Throw<ArgumentException>();
        _logs.Of("ModelFailed").Should().BeEmpty("the model is not at fault");
        _logs.Of("ImageFailed").Should().HaveCount(2).And.OnlyContain(e => e.Level == LogLevel.Debug);
    }

    [Theory]
    [InlineData(LogLevel.Trace)]
    [InlineData(LogLevel.Debug)]
    [InlineData(LogLevel.Information)]
    public void OnnxRuntime_Messages_RespectTheLevelOfTheirCategory(LogLevel least)
    {
        using RecordingLoggers logs = new(least);
        using (Create(new ResNetClassifierOptions { LoggerFactory = logs }))
        {
        }

        LogEntry[] messages = [.. logs.Entries.Where(e => e.Category == ResNetTelemetry.OnnxRuntimeLogCategory)];
        messages.All(e => e.Event.Id == 300 && e.Event.Name == "OnnxRuntimeMessage" && e.Level >= least).Should().BeTrue();
        messages.Any(e => e.Level == LogLevel.Trace).Should().Be(least == LogLevel.Trace);
        messages.Any(e => e.Level == LogLevel.Debug).Should().Be(least <= LogLevel.Debug);
        messages.Should().NotContain(
            e => e.Level == LogLevel.Information, "ONNX Runtime's details are below the default level of applications");
    }

    [Fact]
    public async Task Download_RetriedFromTheSecondSource_IsLogged()
    {
        byte[] file = new byte[100_000];
        new Random(1).NextBytes(file);
        byte[] other = [.. file.Reverse()];
        await using TestServer wrong = await TestServer.StartAsync(other);
        await using TestServer right = await TestServer.StartAsync((context, number) =>
        {
            if (number == 1)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;
            }

            return TestServer.ServeAsync(context, file);
        });
        ResNetVariant variant = ResNetVariant.ResNet18V1.WithFile(file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
        using RecordedActivities activities = new(variant.Id);
        ModelStore store = new(new ModelStoreOptions
        {
            RootFolder = _folder.FullPath,
            Offline = false,
            Sources = [ModelSource.Mirror(wrong.Address), ModelSource.Mirror(right.Address)],
            LoggerFactory = _logs,
        });
        _folder.Write(Path.Combine(variant.Id, variant.Files[0].Name), other);

        string path = await store.EnsureAsync(variant);

        _logs.Entries.Should().OnlyContain(e => e.Category == "ResNet.Net.ModelStore");
        _logs.Entries.Select(e => e.Event.Name).Should().Equal(
            "VerificationFailed",
            "FileQuarantined",
            "DownloadStarted",
            "VerificationFailed",
            "SourceFailed",
            "DownloadStarted",
            "DownloadRetried",
            "DownloadFinished");
        _logs.Of("DownloadRetried").Single().Values["Problem"].Should().Be("responds with 503 Service Unavailable");
        _logs.Of("DownloadFinished").Single().Values["Path"].Should().Be(path);
        Activity activity = activities.All.Should().ContainSingle(s => s.OperationName == "download model").Subject;
        activity.Status.Should().Be(ActivityStatusCode.Unset);
        activity.GetTagItem("resnet.source").Should().Be(ModelSource.Mirror(right.Address).Name);
    }

    [Fact]
    public async Task Download_AllSourcesFail_IsAFailedActivity()
    {
        await using TestServer server = await TestServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        ResNetVariant variant = ResNetVariant.ResNet34V1;
        using RecordedActivities activities = new(variant.Id);
        ModelStore store = new(new ModelStoreOptions
        {
            RootFolder = _folder.FullPath,
            Offline = false,
            Sources = [ModelSource.Mirror(server.Address)],
            LoggerFactory = _logs,
        });

        await ((Func<Task>)(() => store.EnsureAsync(variant))).Should().ThrowAsync<ModelUnavailableException>();

        _logs.Entries.Select(e => e.Event.Name).Should().Equal("DownloadStarted", "SourceFailed");
        activities.All.Should().ContainSingle().Which.StatusDescription.Should().Be("model_unavailable");
    }

    private static IEnumerable<(int Id, string Name)> EventsOf(params Type[] logs) => logs
        .SelectMany(l => l.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Select(m => (Event: m.GetCustomAttribute<LoggerMessageAttribute>(), m.Name))
        .Where(e => e.Event is not null)
        .Select(e => (e.Event!.EventId, e.Event.EventName ?? e.Name))
        .OrderBy(e => e.EventId);

    private ResNetClassifier Create(ResNetClassifierOptions? options = null)
    {
        options ??= new ResNetClassifierOptions { Threads = 1 };
        return ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, options with { LoggerFactory = options.LoggerFactory ?? _logs });
    }
}
