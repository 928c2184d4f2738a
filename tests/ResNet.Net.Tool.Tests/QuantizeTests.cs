using System.Text.Json;
using System.Xml.Linq;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Tests;

public sealed class QuantizeTests : IDisposable
{
    private const int Success = 0;

    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.FullPath, "int8.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SampleImages_GiveAModelThatClassifiesThem_AndEveryReport()
    {
        ProgramRun run = await QuantizeAsync(
            "--output", Output, "--report", _folder["r.md"], "--json", _folder["r.json"], "--plot", _folder["r.svg"]);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("Quantization of resnet20-cifar10").And.MatchRegex(@"size, MB +│ 1\.11 +│ 0\.34 ")
            .And.Contain($"Saved to {Output}.").And.NotContain("\u001b");
        run.Error.Should().Contain("Tuning: the float model\nCalibrating\n").And.NotContain("\u001b", "redirected progress is plain");
        using ResNetClassifier quantized
            = ResNetClassifier.Create(new ModelDefinition(Output)); // labels and profile are in its metadata
        quantized.Profile.Should().Be(PreprocessingProfile.Cifar10);
        foreach (SampleImage image in SampleImage.All)
        {
            quantized.Classify(Path.Combine(TestFolders.SampleImages, image.FileName)).Best.Label.Should().Be(image.Label);
        }

        JsonElement json = JsonDocument.Parse(File.ReadAllText(_folder["r.json"])).RootElement;
        json.GetProperty("model").GetString().Should().Be("resnet20-cifar10");
        json.GetProperty("images").GetInt32().Should().Be(10);
        File.ReadAllText(_folder["r.md"]).Should().Contain("/dense/Gemm");
        XDocument.Load(_folder["r.svg"]).Root!.Name.LocalName.Should().Be("svg");
    }

    [Fact]
    public async Task Options_ShapeTheModel()
    {
        ProgramRun run = await QuantizeAsync(
            "--output", Output, "--format", "qoperator", "--calibrator", "minmax", "--float", "/conv0/Conv", "/dense/Gemm",
            "--images", "3", "--limit", "4", "--measure", "disagreement", "--most", "30");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().Contain("QOperator").And.Contain("MinMax calibration on 3 images").And.Contain("30 of 32 layers")
            .And.Contain("30 % ").And.Contain("On 4 images.");
        Dictionary<string, int> operators
            = OnnxModel.Load(Output).Graph.Nodes.GroupBy(n => n.OpType).ToDictionary(g => g.Key, g => g.Count());
        operators.Should().ContainKey("QLinearConv").And.NotContainKey("QGemm");
        operators["Conv"].Should().Be(1, "one stays float");
        operators["Gemm"].Should().Be(1);
    }

    [Fact]
    public async Task Compare_MeasuresEveryCalibrationMethodInBothFormats()
    {
        ProgramRun run = await QuantizeAsync("--compare", "--pictures", "2", "--limit", "2");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines[0].Should().StartWith("2 calibration images, 2 evaluated; float: 100.00 %");
        run.Lines.Where(l => l.StartsWith('|')).Skip(2).Select(l => string.Join(' ', l.Split('|', StringSplitOptions.TrimEntries)[1..3]))
            .Should().Equal(
                from calibrator in new[] { "MinMax", "MovingAverage", "Percentile", "Entropy", "L2" }
                from format in new[] { "Qdq", "QOperator" }
                select $"{calibrator} {format}");
    }

    [Fact]
    public async Task QuantizedModel_IsRefused()
    {
        ProgramRun run = await QuantizeAsync("--model", "resnet20-cifar10-int8", "--output", Output);

        run.ShouldBeUnusable().Should().Contain("quantized").And.NotContain("\nPreparing");
        File.Exists(Output).Should().BeFalse();
    }

    [UnixFact]
    public async Task CtrlC_WritesNothing()
    {
        ProgramRun run = await ToolProcess.StopAsync(
            "quantize", ToolProcess.Interrupt, error => error.Contains("Calibrating"), "--output", Output, "--report", _folder["r.md"]);

        run.ShouldBeCanceled();
        Directory.GetFiles(_folder.FullPath).Should().BeEmpty();
    }

    [Theory]
    [InlineData("--format vgg", "'vgg'")]
    [InlineData("--calibrator best", "'best'")]
    [InlineData("--pictures 0", "'0'")]
    [InlineData("--limit many", "'many'")]
    [InlineData("--most 200", "200")]
    [InlineData("--model resnet51", "resnet51")]
    [InlineData("--model missing.onnx", "missing.onnx")]
    [InlineData("--calibration no-such-folder", "no-such-folder")]
    [InlineData("--evaluation no-such-folder", "no-such-folder")]
    [InlineData("--output /no/such/folder/int8.onnx", "/no/such/folder")]
    [InlineData("--compare --output int8.onnx", "leave out --output")]
    [InlineData("--plot x.svg --compare", "leave out --plot")]
    [InlineData("--modle x", "'--modle'")]
    [InlineData("--activations int8 --format qoperator", "Use --format Qdq, or --activations UInt8.")]
    public async Task WrongUsage_IsOneLineOnStandardError(string arguments, string named)
    {
        ProgramRun run = await QuantizeAsync(arguments.Split(' '));

        run.ShouldBeUnusable().Should().Contain(named).And.NotContain("\n");
    }

    [Fact]
    public async Task UnknownLayer_IsRefusedWithAListOfLayers()
    {
        ProgramRun run = await QuantizeAsync("--float", "conv99");

        run.ShouldBeUnusable().Should().Contain("conv99").And.Contain("/dense/Gemm");
    }

    private static Task<ProgramRun> QuantizeAsync(params string[] arguments) => ToolProcess.RunAsync("quantize", arguments);
}
