using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Tests;

/// <summary>Converts a small model in Caffe2's format.</summary>
public sealed partial class ModelsTests
{
    private readonly Caffe2Pair _pair = Caffe2Pair.Create();

    private string Init => _folder["in", "init_net.pb"];

    private string Predict => _folder["in", "predict_net.pb"];

    private string Converted => Path.Combine(_folder.FullPath, "model.onnx");

    [Fact]
    public async Task ImportCaffe2_SmallNetwork_WritesAFileThatClassifiesByItself()
    {
        _pair.WriteTo(_folder["in"]);

        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Converted);
        string image = Path.Combine(TestFolders.SampleImages, "cat.png");
        ProgramRun classified = await ToolProcess.RunAsync("classify", image, "--json", "--top", "1000", "--model", Converted);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines[0].Should().Be($"{Init}: {_pair.Init.Length} bytes, SHA-256 {Caffe2Pair.HashOf(_pair.Init)}");
        run.Lines[1].Should().Be($"{Predict}: {_pair.Predict.Length} bytes, SHA-256 {Caffe2Pair.HashOf(_pair.Predict)}");
        run.Lines[2].Should().StartWith("Network: not a known variant");
        run.Lines[^1].Should().Be($"Saved to {Converted}.");
        classified.ExitCode.Should().Be(Success, classified.Error);
        JsonElement[] predictions = [.. Parse(classified).Single().GetProperty("predictions").EnumerateArray()];
        predictions.Select(p => p.GetProperty("label").GetString()).Should().BeEquivalentTo(
            Enumerable.Range(0, 1000).Select(i => LabelSet.ImageNet[i]));
        predictions.Sum(p => p.GetProperty("probability").GetDouble()).Should().BeApproximately(1, 1e-3);
        ModelMetadata.Load(Converted).Profile.Should().Be(PreprocessingProfile.Caffe2Area);
    }

    [Fact]
    public async Task ImportCaffe2_Json_HasBothHashes()
    {
        _pair.WriteTo(_folder["in"]);

        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Converted, "--json");

        run.ExitCode.Should().Be(Success, run.Error);
        JsonElement line = Parse(run).Single();
        line.GetProperty("initSha256").GetString().Should().Be(Caffe2Pair.HashOf(_pair.Init));
        line.GetProperty("predictSha256").GetString().Should().Be(Caffe2Pair.HashOf(_pair.Predict));
        line.GetProperty("variant").ValueKind.Should().Be(JsonValueKind.Null);
        line.GetProperty("top1").ValueKind.Should().Be(JsonValueKind.Null);
        line.GetProperty("output").GetString().Should().Be(Converted);
    }

    [Theory]
    [InlineData("QOperator", "QLinearConv", "DequantizeLinear")]
    [InlineData("qdq", "DequantizeLinear", "QLinearConv")]
    public async Task ImportCaffe2_Format_DecidesTheOperators(string format, string mostly, string rarely)
    {
        _pair.WriteTo(_folder["in"]);

        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Converted, "--format", format);

        run.ExitCode.Should().Be(Success, run.Error);
        OnnxModel model = OnnxModel.Load(Converted);
        Count(mostly).Should().BeGreaterThanOrEqualTo(1).And.BeGreaterThanOrEqualTo(Count(rarely));

        int Count(string type) => model.Graph.Nodes.Count(n => n.OpType == type);
    }

    [Fact]
    public async Task ImportCaffe2_SwappedFiles_AreDetected()
    {
        _pair.WriteTo(_folder["in"]);

        ProgramRun run = await ModelsAsync("import-caffe2", Predict, Init, "--out", Converted);

        run.ShouldBeUnusable().Should().Contain("init_net.pb").And.Contain("predict_net.pb");
        File.Exists(Converted).Should().BeFalse();
    }

    [Fact]
    public async Task ImportCaffe2_OutputIsAnInput_IsRefused()
    {
        _pair.WriteTo(_folder["in"]);

        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Predict);

        run.ShouldBeUnusable().Should().Contain("would be replaced");
        File.ReadAllBytes(Predict).Should().Equal(_pair.Predict);
    }

    [Fact]
    public async Task ImportCaffe2_FileThatIsNoNetwork_IsNamed()
    {
        _pair.WriteTo(_folder["in"]);
        File.WriteAllText(Init, "version https://git-lfs.github.com/spec/v1\n");

        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Converted);

        run.ShouldBeUnusable().Should().Contain(Init);
        File.Exists(Converted).Should().BeFalse();
    }

    [Fact]
    public async Task ImportCaffe2_MissingFile_IsNamed()
    {
        ProgramRun run = await ModelsAsync("import-caffe2", Init, Predict, "--out", Converted);

        run.ShouldBeUnusable().Should().Contain("init_net.pb");
    }
}
