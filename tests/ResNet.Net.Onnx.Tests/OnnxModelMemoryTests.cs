using System.Globalization;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Measures the peak memory for loading a model of ResNet-152's size, including unmanaged memory.</summary>
public sealed class OnnxModelMemoryTests
{
    private const int Tensors = 24;
    private const int TensorBytes = 10_000_000;
    private const double MaxRatio = 2.2;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_240Megabytes_PeaksBelow2Point2TimesTheFile(bool raw)
    {
        using TemporaryFolder folder = new();
        (string small, string large) = (folder["small.onnx"], folder["large.onnx"]);
        new TestModel(13).Input("x", 1).Output("y", 1).Node("Relu", ["x"], ["y"]).Model.Save(small);
        Write(large, raw);
        long size = new FileInfo(large).Length;
        size.Should().BeGreaterThan(Tensors * TensorBytes);

        ProgramRun run = await ProgramRun.OfAsync(ProgramRun.Dotnet(typeof(MemoryProbe).Assembly.Location, [small, large]));

        run.ExitCode.Should().Be(0, run.Error);
        double ratio = long.Parse(run.Output, CultureInfo.InvariantCulture) / (double)size;
        ratio.Should().BeInRange(1, MaxRatio, "below 1, the measurement would be wrong");
    }

    private static void Write(string path, bool raw)
    {
        float[] values = [.. Enumerable.Range(0, TensorBytes / sizeof(float)).Select(i => i * 0.001f)];
        OnnxTensor tensor = raw
            ? OnnxTensor.Create<float>("w", [values.Length], values)
            : new OnnxTensor(new TensorProto { DataType = (int)OnnxElementType.Float, Dims = { values.Length }, FloatData = { values } });
        OnnxModel model = new(7, 13, "large");
        for (int i = 0; i < Tensors; i++)
        {
            model.Graph.Initializers.Add(raw ? tensor.WithName($"w{i}") : new OnnxTensor(tensor.Proto));
        }

        model.Save(path);
    }
}
