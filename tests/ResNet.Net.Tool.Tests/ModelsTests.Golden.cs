using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tool.Tests;

public sealed partial class ModelsTests
{
    [Fact]
    public async Task Golden_Json_HasEveryDataset()
    {
        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", EmbeddedArchive(off: 0), "--json");

        JsonElement dataset = Parse(run).Single();
        dataset.GetProperty("passed").GetBoolean().Should().BeTrue();
        dataset.GetProperty("maxDifference").GetDouble().Should().BeLessThan(dataset.GetProperty("allowed").GetDouble());
    }

    [Fact]
    public async Task Golden_ArchiveOfTheEmbeddedModel_Passes()
    {
        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", EmbeddedArchive(off: 0));

        run.ExitCode.Should().Be(Success, run.Error);
        string[] cells =
        [
            .. run.Lines.Single(l => l.StartsWith("│ resnet20-cifar10 ", StringComparison.Ordinal))
                .Trim('│').Split('│').Select(c => c.Trim()),
        ];
        cells.Should().HaveCount(8);
        cells[1].Should().Be("m/test_data_set_0");
        cells.Skip(5).Should().Equal("same", "same", "pass");
        double.Parse(cells[2], CultureInfo.InvariantCulture).Should().BeLessThan(double.Parse(cells[4], CultureInfo.InvariantCulture));
        string text = string.Join(' ', run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        text.Should().MatchRegex(@"ONNX Runtime \d+\.\d+\.\d+ on a processor with(out)? int8 dot products")
            .And.Contain("fp32: 1E-3 of the value + 1E-4 of the largest");
    }

    [Fact]
    public async Task Golden_OutputsOfAnotherModel_Fails()
    {
        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", EmbeddedArchive(off: 0.1f));

        run.ExitCode.Should().Be(SomeFailed);
        run.Output.Should().Contain("FAILS").And.NotContain(" pass ");
        run.Error.Should().Contain("resnet20-cifar10, 'm/test_data_set_0': element 4 of the output is");
    }

    [Fact]
    public async Task Golden_InvalidArchive_IsOneLine()
    {
        string hostile = _folder.Write("hostile.tar.gz", new TarGzBuilder().Add("../input_0.pb", [1]).Build());

        ProgramRun run = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", hostile);
        ProgramRun missing = await ModelsAsync("verify", "resnet20-cifar10", "--golden", "--archive", $"{hostile}.none");

        run.ExitCode.Should().Be(SomeFailed);
        run.Error.TrimEnd().Should().Contain("hostile.tar.gz' is rejected: its entry '../input_0.pb' leads out").And.NotContain("\n");
        missing.ShouldBeUnusable().Should().Contain("hostile.tar.gz.none' does not exist").And.NotContain("\n");
    }

    [Fact]
    public async Task Golden_NothingStored_SaysSo()
    {
        ProgramRun none = await ModelsAsync("verify", "--golden");
        ProgramRun offline = await ModelsAsync("verify", Smallest.Id, "--golden");

        none.ExitCode.Should().Be(Success, none.Error);
        none.Output.Should().Contain("nothing to verify");
        offline.ExitCode.Should().Be(SomeFailed);
        offline.Error.Should().Contain("RESNET_NET_OFFLINE");
    }

    private string EmbeddedArchive(float off)
    {
        ResNetVariant variant = ResNetVariant.Cifar10ResNet20;
        Random random = new(11);
        float[] input = [.. Enumerable.Range(0, 3 * 32 * 32).Select(_ => random.NextSingle() - 0.5f)];
        using SessionOptions options = new() { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using InferenceSession session = new(EmbeddedModelFile, options);
        using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(input, [1, 3, 32, 32]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [variant.InputName], [tensor], [variant.OutputName]);
        float[] scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        scores[4] += off * scores.Max(Math.Abs);
        TarGzBuilder tar = new TarGzBuilder()
            .Add("m/test_data_set_0/input_0.pb", OnnxTensor.Create(variant.InputName, [1, 3, 32, 32], input).Serialize())
            .Add("m/test_data_set_0/output_0.pb", OnnxTensor.Create(variant.OutputName, [1, 10], scores).Serialize());
        return _folder.Write("test-data.tar.gz", tar.Build());
    }
}
