using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Optimized models are cached once, verified before use, and never required.</summary>
public sealed class OptimizedModelCacheTests : IDisposable
{
    private const string Opened = "OptimizedModelOpened", Cached = "OptimizedModelCached";
    private const string Rejected = "OptimizedModelRejected", NotCached = "OptimizedModelNotCached";

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLoggers _logs = new(LogLevel.Debug);
    private readonly string _model;
    private readonly float[] _expected;
    private int _ignored;

    public OptimizedModelCacheTests()
    {
        _model = _folder["model.onnx"];
        CacheableModel.Build().Save(_model);
        _expected = Create(Options with { CacheOptimizedModel = false });
        Events.Should().BeEmpty();
    }

    /// <summary>The names of the events of the cache.</summary>
    private IEnumerable<string?> Events
        => _logs.Entries.Skip(_ignored)
            .Select(e => e.Event.Name)
            .Where(n => n?.StartsWith("OptimizedModel", StringComparison.Ordinal) == true);

    private string CacheFolder => Path.Combine(_folder.FullPath, "store", "optimized");

    private ResNetClassifierOptions Options => new()
    {
        Threads = 1,
        CacheOptimizedModel = true,
        Store = new ModelStore(new ModelStoreOptions
        {
            RootFolder = Path.Combine(_folder.FullPath, "store"),
            Offline = true,
            LocalFolders = [],
        }),
        LoggerFactory = _logs,
    };

    public void Dispose()
    {
        _logs.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Create_Twice_SecondOpensTheCachedModel()
    {
        Create(Options).Should().Equal(_expected);
        ShouldLog(Cached);
        Create(Options).Should().Equal(_expected);
        ShouldLog(Opened);

        _logs.Entries.Should().NotContain(
            e => e.Category == ResNetTelemetry.OnnxRuntimeLogCategory && e.Level >= LogLevel.Warning,
            "ONNX Runtime's warning that the written model fits this machine only does not help users");
        Entries().Should().ContainSingle();
        OnnxModel optimized = OnnxModel.Load(Path.Combine(Entries()[0], "model.onnx"), ExternalDataPolicy.ReadFromModelFolder);
        optimized.Graph.Nodes
            .Should().NotContain(n => n.OpType == "BatchNormalization" || n.OpType == "Relu", "the cached graph is the optimized one");
    }

    [Fact]
    public void Create_ModelInMemory_IsCachedByItsBytes()
    {
        byte[] bytes = File.ReadAllBytes(_model);
        Create(Options, new ModelDefinition(bytes)).Should().Equal(_expected);
        Create(Options).Should().Equal(_expected);

        ShouldLog(Opened, "the file has the same bytes");
    }

    [Fact]
    public void Create_AdaptedInput_IsCachedWithItsNodes()
    {
        OnnxModel model = CacheableModel.Build();
        OnnxNode transpose = new("Transpose", ["data"], ["planes"]);
        transpose.Attributes.Set("perm", [0L, 3L, 1L, 2L]);
        model.Graph.ReplaceUses("data", "planes");
        model.Graph.Nodes.Insert(0, transpose);
        model.Graph.Inputs[0] = new OnnxValueInfo(
            "data", OnnxElementType.Float, ["N", CacheableModel.Side, CacheableModel.Side, 3]);
        ModelDefinition channelsLast = new(model.ToArray());

        Create(Options, channelsLast).Should().Equal(_expected, (a, e) => Math.Abs(a - e) < 1e-4);
        ShouldLog(Cached);
        _ignored = _logs.Entries.Count;
        Create(Options, channelsLast).Should().Equal(_expected, (a, e) => Math.Abs(a - e) < 1e-4);
        ShouldLog(Opened);
    }

    [Fact]
    public void Create_FileChanged_RunsTheNewModel()
    {
        _ = Create(Options);
        CacheableModel.Build(seed: 2).Save(_model);
        float[] changed = Create(Options with { CacheOptimizedModel = false });
        _ignored = _logs.Entries.Count;

        Create(Options).Should().Equal(changed).And.NotEqual(_expected);
        ShouldLog(Cached);
        Create(Options).Should().Equal(changed);
        ShouldLog(Opened);
    }

    [Theory]
    [InlineData("weights.bin", "damaged")]
    [InlineData("weights.bin", "cut")]
    [InlineData("weights.bin", "gone")]
    [InlineData("model.onnx", "damaged")]
    [InlineData("model.onnx", "cut")]
    [InlineData("model.onnx", "gone")]
    [InlineData("model.onnx.verified", "damaged")]
    [InlineData("weights.bin.verified", "gone")]
    [InlineData("key", "damaged")]
    [InlineData("key", "cut")]
    [InlineData("key", "gone")]
    public void Create_CachedFileDamaged_IsReplaced(string file, string how)
    {
        _ = Create(Options);
        string path = Path.Combine(Entries().Single(), file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x40;
        File.Delete(path);
        if (how != "gone")
        {
            File.WriteAllBytes(path, how == "cut" ? bytes[..(bytes.Length / 3)] : bytes);
        }

        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Rejected);
        ShouldLog(Cached);
        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Opened);
    }

    [Fact]
    public void Create_VerifiedFileThatOnnxRuntimeRejects_IsReplaced()
    {
        _ = Create(Options);
        string path = Path.Combine(Entries().Single(), "model.onnx");
        File.WriteAllText(path, "no model");
        new VerificationRecord(new string('0', 64), FileIdentity.Of(path)!, DateTimeOffset.UtcNow).TryWrite($"{path}.verified");

        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Rejected);
        ShouldLog(Cached);
    }

    [Fact]
    public void Create_FilesTouched_AreHashedAndUsed()
    {
        _ = Create(Options);
        File.SetLastWriteTimeUtc(Path.Combine(Entries().Single(), "weights.bin"), DateTime.UtcNow.AddDays(-1));

        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Opened);
        Events.Should().NotContain(Cached);
    }

    [Theory]
    [InlineData("onnxruntime")]
    [InlineData("processor")]
    [InlineData("model")]
    public void Create_EntryOfAnotherMachine_IsReplaced(string line)
    {
        _ = Create(Options);
        string path = Path.Combine(Entries().Single(), "key");
        string key = File.ReadAllText(path);
        string other = key.Replace($"{line} ", $"{line} other ", StringComparison.Ordinal);
        other.Should().NotBe(key);
        File.WriteAllText(path, other);

        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Rejected);
        Events.Should().NotContain(Opened);
    }

    [Fact]
    public void Create_OptionsThatChangeTheGraph_HaveSeparateEntries()
    {
        ResNetClassifierOptions[] all =
        [
            Options,
            Options with { Optimization = GraphOptimizationLevel.ORT_ENABLE_BASIC },
            Options with { ActivationMaps = true },
        ];
        foreach (ResNetClassifierOptions options in all)
        {
            _ignored = _logs.Entries.Count;
            _ = Create(options);
            ShouldLog(Cached);
        }

        Entries().Should().HaveCount(3);
        foreach (ResNetClassifierOptions options in all)
        {
            _ignored = _logs.Entries.Count;
            _ = Create(options);
            ShouldLog(Opened);
        }

        _ignored = _logs.Entries.Count;
        _ = Create(Options with { Threads = 2 });
        ShouldLog(Opened, "threads do not change the graph");
    }

    [Fact]
    public void Create_FiveEntriesOfOneModel_KeepsThree()
    {
        for (int i = 0; i < 5; i++)
        {
            _ = Create(Options with { ConfigEntries = new Dictionary<string, string> { ["session.unknown"] = $"{i}" } });
        }

        Entries().Should().HaveCount(3);
        _ignored = _logs.Entries.Count;
        _ = Create(Options with { ConfigEntries = new Dictionary<string, string> { ["session.unknown"] = "4" } });
        ShouldLog(Opened, "the most recent entries are kept");
    }

    [Fact]
    public void Create_ActivationMaps_CachedEqualsUncached()
    {
        ResNetClassifierOptions options = Options with { ActivationMaps = true };
        using ResNetClassifier cold = ResNetClassifier.Create(Definition(), options);
        using ResNetClassifier warm = ResNetClassifier.Create(Definition(), options);
        ShouldLog(Opened);
        byte[] pixels = new byte[50 * 60 * 3];
        new Random(8).NextBytes(pixels);

        float[] expected = cold.Explain(new PixelView(pixels, 50, 60), 2).Values.ToArray();
        warm.Explain(new PixelView(pixels, 50, 60), 2).Values.ToArray().Should().Equal(expected);
    }

    [Fact]
    public void Create_EmbedderOfACachedClassifier_HasAnEntryOfItsOwn()
    {
        _ = Create(Options);
        ResNetEmbedderOptions options = new() { Store = Options.Store, LoggerFactory = _logs };
        byte[] pixels = new byte[50 * 60 * 3];
        new Random(8).NextBytes(pixels);
        using ResNetEmbedder uncached = ResNetEmbedder.Create(Definition(), options with { CacheOptimizedModel = false });
        float[] expected = uncached.Embed(new PixelView(pixels, 50, 60));

        _ignored = _logs.Entries.Count;
        using ResNetEmbedder cold = ResNetEmbedder.Create(Definition(), options);
        ShouldLog(Cached);
        _ignored = _logs.Entries.Count;
        using ResNetEmbedder warm = ResNetEmbedder.Create(Definition(), options);
        ShouldLog(Opened);

        Entries().Should().HaveCount(2);
        cold.Embed(new PixelView(pixels, 50, 60)).Should().Equal(expected);
        warm.Embed(new PixelView(pixels, 50, 60)).Should().Equal(expected);
        _ignored = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldLog(Opened);
    }

    [Fact]
    public void Create_DisabledOrUnsuitable_CachesNothing()
    {
        using (new TemporaryVariable("RESNET_NET_OPTIMIZED", "0"))
        {
            _ = Create(Options with { CacheOptimizedModel = null });
        }

        _ = Create(Options with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
        _ = Create(Options with { ConfigureSession = _ => { } });
        byte[] small = OnnxModelBuilder.PlaneMeans(new float[3], [1], [-1, 3, CacheableModel.Side, CacheableModel.Side]);
        ResNetClassifier.Create(new ModelDefinition(small), Options).Dispose();
        ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, Options).Dispose();

        Directory.Exists(CacheFolder).Should().BeFalse();
        using (new TemporaryVariable("RESNET_NET_OPTIMIZED", "perhaps"))
        {
            ((Action)(() => Create(Options with { CacheOptimizedModel = null })))
                .Should().Throw<ArgumentException>().WithMessage("*RESNET_NET_OPTIMIZED*'perhaps'*");
        }
    }

    [Fact]
    public void Create_FolderNotWritable_WorksWithoutCache()
    {
        _folder.Write("store", "a file instead of the folder");

        Create(Options).Should().Equal(_expected);
        ShouldLog(NotCached);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Classify_FilesRemovedOrReplacedWhileOpen_ReturnsTheSame(bool replaced)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // open files cannot be deleted
        }

        Create(Options).Should().Equal(_expected);
        using ResNetClassifier classifier = ResNetClassifier.Create(Definition(), Options);
        ShouldLog(Opened);
        foreach (string file in Directory.GetFiles(_folder.FullPath, "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
            if (replaced)
            {
                File.WriteAllText(file, "another file of the same name");
            }
        }

        CacheableModel.Scores(classifier).Should().Equal(_expected);
    }

    // No process can catch the signal that the kernel sends when a mapped page has gone. No result is wrong.
    [LinuxFact]
    public async Task Classify_MappedFilesTruncated_EndsTheProcess()
    {
        const int BusError = 128 + 7; // as the shell reports SIGBUS
        _ = Create(Options);
        ProcessStartInfo start = Probe();
        start.Environment[OptimizedProbe.Truncate] = "1";

        ProgramRun run = await ProgramRun.OfAsync(start);

        run.Lines.Should().Equal(OptimizedProbe.Text(_expected));
        run.ExitCode.Should().Be(BusError);
    }

    [Fact]
    public void Create_TooLittleSpace_WorksWithoutCache()
    {
        ModelStoreOptions full = Options.Store!.Options with { FreeSpace = _ => 1000 };

        Create(Options with { Store = new ModelStore(full) }).Should().Equal(_expected);
        ShouldLog(NotCached);
        Entries().Should().BeEmpty();
    }

    [Fact]
    public async Task Create_FileSizeLimit_WorksWithoutCache()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The kernel limits files to 500 KB, like a disk that fills while ONNX Runtime writes.
        ProcessStartInfo probe = Probe();
        const string Script = "trap '' XFSZ; ulimit -f 1000; exec \"$@\"";
        ProcessStartInfo limited = new("sh", ["-c", Script, "sh", probe.FileName, .. probe.ArgumentList]);
        Isolate(limited);
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime maps a large file, to which the limit applies too

        ProgramRun run = await ProgramRun.OfAsync(limited);

        run.Error.Should().BeEmpty();
        run.Output.Trim().Should().Be(OptimizedProbe.Text(_expected));
        Entries().Should().BeEmpty();
        Partials().Should().BeEmpty();
        Create(Options).Should().Equal(_expected);
    }

    [Fact]
    public async Task Create_SixProcesses_WriteOneEntryAndAgree()
    {
        ProgramRun[] runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ProgramRun.OfAsync(Probe())));

        runs.Should().OnlyContain(r => r.ExitCode == 0 && r.Output.Trim() == OptimizedProbe.Text(_expected));
        Entries().Should().ContainSingle();
        _ = Create(Options);
        ShouldLog(Opened);
    }

    [Fact]
    public async Task Create_AfterProcessesKilledWhileWriting_IsRight()
    {
        for (int round = 0; round < 4; round++)
        {
            using Process process = Process.Start(Probe())!;
            DateTime end = DateTime.UtcNow.AddSeconds(60);
            while (!process.HasExited && DateTime.UtcNow < end && Partials().Length == 0)
            {
                await Task.Delay(1);
            }

            await Task.Delay(round * 8);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Create(Options).Should().Equal(_expected);
        Create(Options).Should().Equal(_expected);
        ShouldLog(Opened);
        Partials().Should().BeEmpty();
    }

    private ModelDefinition Definition() => new(_model) { Profile = CacheableModel.Profile };

    private float[] Create(ResNetClassifierOptions options, ModelDefinition? model = null)
    {
        using ResNetClassifier classifier
            = ResNetClassifier.Create((model ?? Definition()) with { Profile = CacheableModel.Profile }, options);
        return CacheableModel.Scores(classifier);
    }

    private void ShouldLog(string name, string because = "") => Events.Should().Contain(name, because);

    private string[] Partials()
        => Directory.Exists(CacheFolder) ? Directory.GetDirectories(CacheFolder, "*.partial", SearchOption.AllDirectories) : [];

    private string[] Entries() => Directory.Exists(CacheFolder)
        ? [.. Directory.GetDirectories(CacheFolder).SelectMany(Directory.GetDirectories).Except(Partials())]
        : [];

    private ProcessStartInfo Probe()
    {
        ProcessStartInfo start = ProgramRun.Dotnet(
            typeof(OptimizedProbe).Assembly.Location, [OptimizedProbe.Command, Path.Combine(_folder.FullPath, "store"), _model]);
        Isolate(start);
        return start;
    }

    private static void Isolate(ProcessStartInfo start) => start.Environment["RESNET_NET_OFFLINE"] = "1";
}
