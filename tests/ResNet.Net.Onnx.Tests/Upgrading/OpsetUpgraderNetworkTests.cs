namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// Upgrades a small network with the nodes of Caffe2's exporter, in the form of each opset, and compares it with the same network written
/// for opset 9.
/// </summary>
public sealed class OpsetUpgraderNetworkTests
{
    private const float Tolerance = 1e-5f;
    private static readonly long[] Shape = [2, 3, 12, 12];

    [Theory]
    [InlineData(3, 7)]
    [InlineData(3, 9)]
    [InlineData(3, 13)]
    [InlineData(6, 7)]
    [InlineData(6, 13)]
    [InlineData(7, 13)]
    [InlineData(9, 13)]
    public void Upgrade_Bottlenecks_ComputeWhatOpset9Computes(int opset, long target)
    {
        float[] image = CreateImage();
        (float[] expected, long[] shape) = ModelRun.Of(CreateNetwork(9), ("gpu_0/data_0", Shape, image));
        OnnxModel model = CreateNetwork(opset);

        OpsetUpgradeReport report = OpsetUpgrader.Upgrade(model, target);

        model.Check().Should().BeEmpty();
        model.Graph.Inputs.Should().ContainSingle();
        report.InitializersDroppedFromInputs.Should().Be(opset < 9 ? CreateNetwork(opset).Graph.Initializers.Count : 0);
        (float[] values, long[] upgradedShape) = ModelRun.Of(model, ("gpu_0/data_0", Shape, image));
        upgradedShape.Should().Equal(shape).And.Equal(2, 7);
        expected.Distinct().Should().HaveCount(14, "the outputs must depend on the inputs");
        values.Zip(expected, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(Tolerance);
    }

    [PythonOnnxFact]
    public async Task Bottlenecks_OfEveryOpset_AreAcceptedByOnnxBeforeAndAfter()
    {
        using TemporaryFolder folder = new();
        List<string> before = [], after = [];
        foreach (int opset in (int[])[3, 6, 7, 9])
        {
            OnnxModel model = CreateNetwork(opset);
            before.Add(folder[$"{opset}.onnx"]);
            model.Save(before[^1]);
            OpsetUpgrader.Upgrade(model);
            after.Add(folder[$"{opset} to 13.onnx"]);
            model.Save(after[^1]);
        }

        (await OnnxChecker.ComplaintsAsync(before, full: false)).Should().BeEmpty(); // ONNX can't infer shapes through BatchNormalization 1
        (await OnnxChecker.ComplaintsAsync(after)).Should().BeEmpty();
    }

    /// <summary>Creates a stem, two bottleneck blocks (one with a projection), AveragePool, Reshape, Gemm and Softmax.</summary>
    private static OnnxModel CreateNetwork(int opset)
    {
        Random random = new(20151210);
        TestModel net = new TestModel(opset, opset < 9 ? 3 : 4).Input("gpu_0/data_0", [.. Shape.Select(OnnxDimension.FromInt64)])
            .Output("gpu_0/softmax_1", 2, 7);
        string Convolve(string input, string name, int from, int to, int kernel, int stride)
        {
            int pad = kernel / 2;
            net.Weight($"{name}_w", [to, from, kernel, kernel], Values(random, to * from * kernel * kernel, -0.3f, 0.3f));
            net.Node("Conv", [input, $"{name}_w"], [name], ("kernel_shape", new long[] { kernel, kernel }), ("strides",
                new long[] { stride, stride }), ("pads", new long[] { pad, pad, pad, pad }));
            net.Weight($"{name}_s", [to], Values(random, to, 0.5f, 1.5f)).Weight($"{name}_b", [to], Values(random, to, -0.5f, 0.5f))
                .Weight($"{name}_rm", [to], Values(random, to, -0.5f, 0.5f)).Weight($"{name}_riv", [to], Values(random, to, 0.5f, 2));
            List<(string, object)> attributes = [("epsilon", 1e-5f), ("momentum", 0.9f)];
            if (opset < 7)
            {
                attributes.Add(("is_test", 1));
            }

            if (opset < 6)
            {
                attributes.Add(("consumed_inputs", new long[] { 0, 0, 0, 1, 1 }));
            }

            if (opset < 9)
            {
                attributes.Add(("spatial", 1));
            }

            net.Node("BatchNormalization", [name, $"{name}_s", $"{name}_b", $"{name}_rm", $"{name}_riv"], [$"{name}_bn"], [.. attributes]);
            return $"{name}_bn";
        }

        string Relu(string input)
        {
            net.Node("Relu", [input], [$"{input}_relu"]);
            return $"{input}_relu";
        }

        string Block(string input, string name, int from, int to, int stride)
        {
            string body = Convolve(Relu(Convolve(Relu(Convolve(input, $"{name}_2a", from, 4, 1, 1)), $"{name}_2b", 4, 4, 3,
                stride)), $"{name}_2c", 4, to, 1, 1);
            string shortcut = from == to ? input : Convolve(input, $"{name}_1", from, to, 1, stride);
            net.Node("Sum", [body, shortcut], [$"{name}_sum"]);
            return Relu($"{name}_sum");
        }

        string stem = Relu(Convolve("gpu_0/data_0", "gpu_0/conv1", 3, 4, 3, 1));
        net.Node("MaxPool", [stem], ["gpu_0/pool1"], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads",
            new long[] { 1, 1, 1, 1 }));
        string last = Block(Block("gpu_0/pool1", "gpu_0/res2_0", 4, 8, 2), "gpu_0/res2_1", 8, 8, 1);
        net.Node("AveragePool", [last], ["gpu_0/pool5"], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 1, 1 }), ("pads",
            new long[] { 0, 0, 0, 0 }));
        if (opset < 5)
        {
            net.Node("Reshape", ["gpu_0/pool5"], ["gpu_0/flat"], ("shape", new long[] { 0, -1 }));
        }
        else
        {
            net.Weight("gpu_0/shape", [2], 0L, -1L).Node("Reshape", ["gpu_0/pool5", "gpu_0/shape"], ["gpu_0/flat"]);
        }

        net.Weight("gpu_0/pred_w_0", [7, 8], Values(random, 56, -1, 1)).Weight("gpu_0/pred_b_0", [7], Values(random, 7, -1, 1));
        (string, object)[] gemm = opset < 7 ? [("transB", 1), ("broadcast", 1)] : [("transB", 1)];
        net.Node("Gemm", ["gpu_0/flat", "gpu_0/pred_w_0", "gpu_0/pred_b_0"], ["gpu_0/pred_1"], gemm)
            .Node("Softmax", ["gpu_0/pred_1"], ["gpu_0/softmax_1"]);
        return net;
    }

    private static float[] Values(Random random, int count, float min, float max)
        => [.. Enumerable.Range(0, count).Select(_ => min + (random.NextSingle() * (max - min)))];

    private static float[] CreateImage() => Values(new Random(7), (int)Shape.Aggregate(1L, (a, b) => a * b), -2, 2);
}
