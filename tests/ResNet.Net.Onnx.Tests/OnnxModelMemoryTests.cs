using System.Globalization;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Tests;

/// <summary>What reading a model of the size of ResNet-152 takes: the growth of a process' resident memory at its peak, buffers outside of the managed heap included.</summary>
public sealed class OnnxModelMemoryTests
{
    private const int Tensors = 24;
    private const int TensorBytes = 10_000_000;
    private const double MostTimes = 2.2;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Load_240Megabytes_TakesAtMost2Point2TimesThat(bool raw)
    {
        using TemporaryFolder folder = new();
        (string small, string large) = (folder["small.onnx"], folder["large.onnx"]);
        new TestModel(13).Input("x", 1).Output("y", 1).Node("Relu", ["x"], ["y"]).Model.Save(small);
        Write(large, raw);
        long size = new FileInfo(large).Length;
        size.Should().BeGreaterThan(Tensors * TensorBytes);

        ProgramRun run = await ProgramRun.OfAsync(ProgramRun.Dotnet(typeof(MemoryProbe).Assembly.Location, [small, large]));

        run.ExitCode.Should().Be(0, run.Error);
        double times = long.Parse(run.Output, CultureInfo.InvariantCulture) / (double)size;
        times.Should().BeInRange(1, MostTimes, "less than once would mean that nothing was measured");
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
            TensorProto one = tensor.Proto;
            model.Graph.Initializers.Add(raw ? tensor.WithName($"w{i}") : new OnnxTensor(one));
        }

        model.Save(path);
    }
}
