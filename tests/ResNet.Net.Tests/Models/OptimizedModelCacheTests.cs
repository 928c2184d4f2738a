using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Optimized graphs on the disk: made once, used after, never trusted blindly.</summary>
public sealed class OptimizedModelCacheTests : IDisposable
{
    private const string Opened = "Opened the optimized model", Kept = "Kept the optimized model", NotUsed = "is not used", NotKept = "is not kept";

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLoggers _logs = new(LogLevel.Debug);
    private readonly string _model;
    private readonly float[] _expected;
    private int _forgotten;

    public OptimizedModelCacheTests()
    {
        _model = _folder["kept.onnx"];
        KeptNet.Model().Save(_model);
        _expected = Create(Options with { KeepOptimizedModel = false });
        Messages.Should().BeEmpty();
    }

    // What the cache says, and what ONNX Runtime says of the files that it writes.
    private IEnumerable<string> Messages
        => _logs.Entries.Skip(_forgotten).Where(e => e.Event.Name == "OptimizedGraphNote" || e.Message.Contains("Serializing", StringComparison.Ordinal)).Select(e => e.Message);

    private string Cache => Path.Combine(_folder.FullPath, "store", "optimized");

    private ResNetClassifierOptions Options => new()
    {
        Threads = 1,
        KeepOptimizedModel = true,
        Store = new ModelStore(new ModelStoreOptions { RootFolder = Path.Combine(_folder.FullPath, "store"), Offline = true, LocalFolders = [] }),
        LoggerFactory = _logs,
    };

    public void Dispose()
    {
        _logs.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Create_Twice_SecondOpensWhatTheFirstKept()
    {
        Create(Options).Should().Equal(_expected);
        ShouldSay(Kept);
        Create(Options).Should().Equal(_expected);
        ShouldSay(Opened);

        Messages.Should().NotContain(m => m.Contains("Serializing"), "that it fits this machine only is known");
        Entries().Should().ContainSingle();
        OnnxModel optimized = OnnxModel.Load(Path.Combine(Entries()[0], "model.onnx"), ExternalDataPolicy.ReadFromModelFolder);
        optimized.Graph.Nodes.Should().NotContain(n => n.OpType == "BatchNormalization" || n.OpType == "Relu", "the graph is the optimized one");
    }

    [Fact]
    public void Create_ModelInMemory_IsKeptByItsBytes()
    {
        byte[] bytes = File.ReadAllBytes(_model);
        Create(Options, new ModelDefinition(bytes)).Should().Equal(_expected);
        Create(Options).Should().Equal(_expected);

        ShouldSay(Opened, "the file has the same bytes");
    }

    [Fact]
    public void Create_FileChanged_GivesTheNewModelsAnswers()
    {
        _ = Create(Options);
        KeptNet.Model(seed: 2).Save(_model);
        float[] changed = Create(Options with { KeepOptimizedModel = false });
        _forgotten = _logs.Entries.Count;

        Create(Options).Should().Equal(changed).And.NotEqual(_expected);
        ShouldSay(Kept);
        Create(Options).Should().Equal(changed);
        ShouldSay(Opened);
    }

    [Theory]
    [InlineData("weights.bin", "damaged")]
    [InlineData("weights.bin", "cut")]
    [InlineData("weights.bin", "gone")]
    [InlineData("model.onnx", "damaged")]
    [InlineData("model.onnx", "cut")]
    [InlineData("model.onnx", "gone")]
    [InlineData("model.onnx.stamp", "damaged")]
    [InlineData("weights.bin.stamp", "gone")]
    [InlineData("key", "damaged")]
    [InlineData("key", "cut")]
    [InlineData("key", "gone")]
    public void Create_KeptFileIsWrong_IsMadeAnew(string file, string how)
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

        _forgotten = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldSay(NotUsed);
        ShouldSay(Kept);
        _forgotten = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldSay(Opened);
    }

    [Fact]
    public void Create_StampVouchesForWhatOnnxRuntimeRefuses_IsMadeAnew()
    {
        _ = Create(Options);
        string path = Path.Combine(Entries().Single(), "model.onnx");
        File.WriteAllText(path, "no model");
        new VerificationRecord("0", FileIdentity.Of(path)!, DateTimeOffset.UtcNow).TryWrite($"{path}.stamp");

        _forgotten = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldSay(NotUsed);
        ShouldSay(Kept);
    }

    [Fact]
    public void Create_FilesTouchedOrAlwaysVerify_AreHashedAndUsed()
    {
        _ = Create(Options);
        File.SetLastWriteTimeUtc(Path.Combine(Entries().Single(), "weights.bin"), DateTime.UtcNow.AddDays(-1));

        _forgotten = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldSay(Opened);
        _forgotten = _logs.Entries.Count;
        Create(Options with { Store = new ModelStore(Options.Store!.Options with { AlwaysVerify = true }) }).Should().Equal(_expected);
        ShouldSay(Opened);
        Messages.Should().NotContain(m => m.Contains(Kept));
    }

    [Theory]
    [InlineData("onnxruntime")]
    [InlineData("processor")]
    [InlineData("model")]
    public void Create_KeptByAnotherMachine_IsNotUsed(string line)
    {
        _ = Create(Options);
        string path = Path.Combine(Entries().Single(), "key");
        string key = File.ReadAllText(path);
        string other = key.Replace($"{line} ", $"{line} other ", StringComparison.Ordinal);
        other.Should().NotBe(key);
        File.WriteAllText(path, other);

        _forgotten = _logs.Entries.Count;
        Create(Options).Should().Equal(_expected);
        ShouldSay(NotUsed);
        Messages.Should().NotContain(m => m.Contains(Opened));
    }

    [Fact]
    public void Create_OptionsThatChangeTheGraph_AreKeptApart()
    {
        ResNetClassifierOptions[] all =
        [
            Options,
            Options with { Optimization = GraphOptimizationLevel.ORT_ENABLE_BASIC },
            Options with { Outputs = ModelOutputs.Features },
        ];
        foreach (ResNetClassifierOptions options in all)
        {
            _forgotten = _logs.Entries.Count;
            _ = Create(options);
            ShouldSay(Kept);
        }

        Entries().Should().HaveCount(3);
        foreach (ResNetClassifierOptions options in all)
        {
            _forgotten = _logs.Entries.Count;
            _ = Create(options);
            ShouldSay(Opened);
        }

        _forgotten = _logs.Entries.Count;
        _ = Create(Options with { Threads = 2 });
        ShouldSay(Opened, "threads do not change the graph");
    }

    [Fact]
    public void Create_ManyKindsOfOneModel_ThreeAreKept()
    {
        for (int i = 0; i < 5; i++)
        {
            _ = Create(Options with { ConfigEntries = new Dictionary<string, string> { ["session.made_up"] = $"{i}" } });
        }

        Entries().Should().HaveCount(3);
        _forgotten = _logs.Entries.Count;
        _ = Create(Options with { ConfigEntries = new Dictionary<string, string> { ["session.made_up"] = "4" } });
        ShouldSay(Opened, "the newest are kept");
    }

    [Fact]
    public void Create_WithFeaturesAndMaps_WarmEqualsCold()
    {
        ResNetClassifierOptions options = Options with { Outputs = ModelOutputs.Features | ModelOutputs.ActivationMaps };
        using ResNetClassifier cold = ResNetClassifier.Create(Definition(), options);
        using ResNetClassifier warm = ResNetClassifier.Create(Definition(), options);
        ShouldSay(Opened);
        byte[] pixels = new byte[50 * 60 * 3];
        new Random(8).NextBytes(pixels);

        warm.Embed(new PixelView(pixels, 50, 60)).Should().Equal(cold.Embed(new PixelView(pixels, 50, 60)));
        warm.Explain(new PixelView(pixels, 50, 60), 2).Values.ToArray().Should().Equal(cold.Explain(new PixelView(pixels, 50, 60), 2).Values.ToArray());
    }

    [Fact]
    public void Create_SwitchedOffSmallOrInPieces_KeepsNothing()
    {
        using (new TemporaryVariable("RESNET_NET_OPTIMIZED", "0"))
        {
            _ = Create(Options with { KeepOptimizedModel = null });
        }

        _ = Create(Options with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL });
        _ = Create(Options with { ConfigureSession = _ => { } });
        ResNetClassifier.Create(new ModelDefinition(OnnxModelBuilder.PlaneMeans(new float[3], [1], [-1, 3, KeptNet.Side, KeptNet.Side])), Options).Dispose();
        ResNetClassifier.Create(ResNetVariant.Cifar10ResNet20, Options).Dispose();

        Directory.Exists(Cache).Should().BeFalse();
        using (new TemporaryVariable("RESNET_NET_OPTIMIZED", "perhaps"))
        {
            ((Action)(() => Create(Options with { KeepOptimizedModel = null }))).Should().Throw<ArgumentException>().WithMessage("*RESNET_NET_OPTIMIZED*'perhaps'*");
        }
    }

    [Fact]
    public void Create_FolderCannotBeWritten_WorksWithout()
    {
        _folder.Write("store", "a file where the folder would be");

        Create(Options).Should().Equal(_expected);
        ShouldSay(NotKept);
    }

    [Fact]
    public void Create_NoRoomOnTheDisk_WorksWithout()
    {
        ModelStoreOptions full = Options.Store!.Options with { FreeSpace = _ => 1000 };

        Create(Options with { Store = new ModelStore(full) }).Should().Equal(_expected);
        ShouldSay(NotKept);
        Entries().Should().BeEmpty();
    }

    [Fact]
    public async Task Create_FilesMayNotGrow_WorksWithout()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The kernel lets no file grow beyond 500 KB, as on a disk that fills while ONNX Runtime writes.
        ProcessStartInfo limited = new("sh", ["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "sh", .. Probe().ArgumentList.Prepend(Probe().FileName)]);
        Isolate(limited);
        limited.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // else the runtime's own memory counts as a file

        ProgramRun run = await ProgramRun.OfAsync(limited);

        run.Error.Should().BeEmpty();
        run.Output.Trim().Should().Be(OptimizedProbe.Text(_expected));
        Entries().Should().BeEmpty();
        (Directory.Exists(Cache) ? Directory.GetDirectories(Cache, "*.partial", SearchOption.AllDirectories) : []).Should().BeEmpty();
        Create(Options).Should().Equal(_expected);
    }

    [Fact]
    public async Task SixProcessesAtOnce_OneKeeps_AllAnswerAlike()
    {
        ProgramRun[] runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => ProgramRun.OfAsync(Probe())));

        runs.Should().OnlyContain(r => r.ExitCode == 0 && r.Output.Trim() == OptimizedProbe.Text(_expected));
        Entries().Should().ContainSingle();
        _ = Create(Options);
        ShouldSay(Opened);
    }

    [Fact]
    public async Task KilledWhileItWrites_NextStartIsRight()
    {
        for (int round = 0; round < 4; round++)
        {
            using Process process = Process.Start(Probe())!;
            DateTime end = DateTime.UtcNow.AddSeconds(60);
            while (!process.HasExited && DateTime.UtcNow < end && !(Directory.Exists(Cache) && Directory.GetDirectories(Cache, "*.partial", SearchOption.AllDirectories).Length > 0))
            {
                await Task.Delay(1);
            }

            await Task.Delay(round * 8);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Create(Options).Should().Equal(_expected);
        Create(Options).Should().Equal(_expected);
        ShouldSay(Opened);
        Directory.GetDirectories(Cache, "*.partial", SearchOption.AllDirectories).Should().BeEmpty();
    }

    private ModelDefinition Definition() => new(_model) { Profile = KeptNet.Profile };

    private float[] Create(ResNetClassifierOptions options, ModelDefinition? model = null)
    {
        using ResNetClassifier classifier = ResNetClassifier.Create((model ?? Definition()) with { Profile = KeptNet.Profile }, options);
        return KeptNet.Scores(classifier);
    }

    private void ShouldSay(string text, string because = "") => Messages.Should().Contain(m => m.Contains(text), because);

    private string[] Entries() => Directory.Exists(Cache)
        ? [.. Directory.GetDirectories(Cache).SelectMany(Directory.GetDirectories).Where(f => !f.EndsWith(".partial", StringComparison.Ordinal))]
        : [];

    private ProcessStartInfo Probe()
    {
        ProcessStartInfo start = ProgramRun.Dotnet(typeof(OptimizedProbe).Assembly.Location, [OptimizedProbe.Command, Path.Combine(_folder.FullPath, "store"), _model]);
        Isolate(start);
        return start;
    }

    private static void Isolate(ProcessStartInfo start) => start.Environment["RESNET_NET_OFFLINE"] = "1";
}
