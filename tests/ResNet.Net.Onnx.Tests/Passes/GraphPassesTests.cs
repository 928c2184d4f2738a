using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Compares graphs before and after each pass in ONNX Runtime, element by element.</summary>
public sealed class GraphPassesTests
{
    private readonly Random _random = new(7);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FoldBatchNormalization_AfterConv_ComputesTheSameValues(bool bias)
    {
        OnnxModel model = Create();
        AddConv(model, "x", "c", 3, 5, bias);
        AddBatchNormalization(model, "c", "y", 5);
        float[] before = Run(model);

        GraphPasses.FoldBatchNormalization(model.Graph).Should().Be(1);
        model.Graph.RemoveUnused();

        model.Graph.Nodes.Should().ContainSingle().Which.OpType.Should().Be("Conv");
        ShouldBeNear(Run(model), before);
    }

    [Fact]
    public void FoldBatchNormalization_ConvWithTwoConsumers_LeavesTheGraph()
    {
        OnnxModel model = Create();
        AddConv(model, "x", "c", 3, 3, bias: true);
        AddBatchNormalization(model, "c", "n", 3);
        model.Graph.Nodes.Add(new OnnxNode("Add", ["n", "c"], ["y"]));

        ShouldLeave(model, GraphPasses.FoldBatchNormalization);
    }

    [Fact]
    public void FoldBatchNormalization_WeightsSharedByTwoConvs_FoldsEachSeparately()
    {
        OnnxModel model = Create();
        AddConv(model, "x", "c", 3, 3, bias: false);
        model.Graph.Nodes.Add(new OnnxNode("Conv", ["x", "c_weight"], ["d"]));
        AddBatchNormalization(model, "c", "n", 3);
        AddBatchNormalization(model, "d", "m", 3);
        model.Graph.Nodes.Add(new OnnxNode("Add", ["n", "m"], ["y"]));
        float[] before = Run(model);

        GraphPasses.FoldBatchNormalization(model.Graph).Should().Be(2);

        ShouldBeNear(Run(model), before);
    }

    [Fact]
    public void ReplaceBatchNormalization_AfterAdd_BecomesAnEquivalentDepthwiseConv()
    {
        OnnxModel model = Create();
        AddConv(model, "x", "c", 3, 3, bias: true);
        model.Graph.Nodes.Add(new OnnxNode("Add", ["c", "c"], ["a"]));
        AddBatchNormalization(model, "a", "y", 3);
        float[] before = Run(model);

        GraphPasses.ReplaceBatchNormalization(model.Graph).Should().Be(1);

        model.Graph.Nodes[^1].OpType.Should().Be("Conv");
        model.Graph.Nodes[^1].Attributes.GetInt("group", 1).Should().Be(3);
        ShouldBeNear(Run(model), before);
    }

    [Fact]
    public void ReplaceBatchNormalization_OfTheInput_LeavesTheGraph()
    {
        OnnxModel model = Create();
        AddBatchNormalization(model, "x", "n", 3);
        AddConv(model, "n", "y", 3, 2, bias: false);

        ShouldLeave(model, GraphPasses.ReplaceBatchNormalization);
    }

    [Fact]
    public void RemoveIdentities_InsideAndAtTheEnd_KeepsTheOutputName()
    {
        OnnxModel model = Create();
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["x"], ["i"]));
        AddConv(model, "i", "c", 3, 2, bias: true);
        model.Graph.Nodes.Add(new OnnxNode("Dropout", ["c"], ["y"]));
        float[] before = Run(model);

        GraphPasses.RemoveIdentities(model.Graph).Should().Be(2);

        model.Graph.Nodes.Should().ContainSingle();
        Run(model).Should().Equal(before);
    }

    [Fact]
    public void RemoveIdentities_MaskIsAnOutputOfTheGraph_KeepsTheDropout()
    {
        OnnxModel model = Create();
        model.Graph.Nodes.Add(new OnnxNode("Dropout", ["x"], ["d", "mask"]));
        AddConv(model, "d", "y", 3, 2, bias: true);
        model.Graph.Outputs.Add(new OnnxValueInfo("mask", OnnxElementType.Bool, null));

        GraphPasses.RemoveIdentities(model.Graph).Should().Be(0);

        model.Graph.Nodes.Select(n => n.OpType).Should().Equal("Dropout", "Conv");
    }

    [Fact]
    public void RemoveIdentities_FromInputToOutput_LeavesTheGraph()
    {
        OnnxModel model = Create();
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["x"], ["y"]));

        ShouldLeave(model, GraphPasses.RemoveIdentities);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void SplitSums_AnyNumberOfTerms_ComputesTheSameValues(int terms)
    {
        OnnxModel model = Create();
        AddConv(model, "x", "c", 3, 3, bias: true);
        model.Graph.Nodes.Add(new OnnxNode("Sum", Enumerable.Range(0, terms).Select(i => i % 2 == 0 ? "c" : "x1"), ["y"]));
        model.Graph.Nodes.Insert(0, new OnnxNode("Slice", ["x", "starts", "ends"], ["x1"]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("starts", [4], [0, 0, 1, 1]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("ends", [4], [1, 3, 5, 5]));
        float[] before = Run(model);

        GraphPasses.SplitSums(model.Graph).Should().Be(1);

        model.Graph.Nodes.Should().NotContain(n => n.OpType == "Sum");
        ShouldBeNear(Run(model), before);
    }

    [Fact]
    public void FuseMatMulAdd_ConstantWeightsAndBias_BecomesGemm()
    {
        OnnxModel model = Create();
        model.Graph.Nodes.Add(new OnnxNode("GlobalAveragePool", ["x"], ["p"]));
        model.Graph.Nodes.Add(new OnnxNode("Flatten", ["p"], ["f"]));
        model.Graph.Nodes.Add(new OnnxNode("MatMul", ["f", "w"], ["m"]));
        model.Graph.Nodes.Add(new OnnxNode("Add", ["m", "b"], ["y"]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [3, 4], Values(12)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", [4], Values(4)));
        float[] before = Run(model);

        GraphPasses.FuseMatMulAdd(model.Graph).Should().Be(1);

        model.Graph.Nodes.Select(n => n.OpType).Should().Equal("GlobalAveragePool", "Flatten", "Gemm");
        ShouldBeNear(Run(model), before);
    }

    [Fact]
    public void InlineConstants_TensorConstant_BecomesAnInitializer()
    {
        OnnxModel model = Create();
        OnnxNode constant = new("Constant", [], ["k"]);
        constant.Attributes.Set("value", OnnxTensor.Create<float>("", [1, 3, 1, 1], [1, 2, 3]));
        model.Graph.Nodes.Add(constant);
        model.Graph.Nodes.Add(new OnnxNode("Mul", ["x", "k"], ["y"]));
        float[] before = Run(model);

        GraphPasses.InlineConstants(model.Graph).Should().Be(1);

        model.Graph.Nodes.Should().ContainSingle();
        Run(model).Should().Equal(before);
    }

    [Fact]
    public void RemoveIdentities_ChainsOfThousandsWithSubgraphs_LeavesTheOtherNodes()
    {
        const int Count = 30_000;
        OnnxModel model = Create();
        foreach (int i in Enumerable.Range(0, Count))
        {
            string opType = i % 2 == 0 ? "Identity" : "Dropout";
            model.Graph.Nodes.Add(new OnnxNode(opType, [i == 0 ? "x" : $"i{i - 1}"], [$"i{i}"]));
        }

        OnnxNode either = NestedGraphs.If($"i{Count - 1}", "e", new OnnxNode("Add", ["i5", $"i{Count - 2}"], ["sum"]));
        model.Graph.Nodes.Add(either);
        model.Graph.Nodes.Add(new OnnxNode("Add", [$"i{Count - 1}", "e"], ["a"]));
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["a"], ["y"]));

        GraphPasses.RemoveIdentities(model.Graph).Should().Be(Count + 1);

        model.Graph.Nodes.Select(n => n.OpType).Should().Equal("If", "Add");
        either.Inputs.Should().Equal("x");
        NestedGraphs.GraphOf(either).Node[0].Input.Should().Equal("x", "x");
        model.Graph.Nodes[1].Inputs.Should().Equal("x", "e");
        model.Graph.Nodes[1].Outputs.Should().Equal("y");
    }

    [Fact]
    public void RemoveIdentities_TwoOutputsOfOneValue_KeepsTheFirst()
    {
        OnnxModel model = Create();
        model.Graph.Outputs.Add(new OnnxValueInfo("z", OnnxElementType.Float, null));
        model.Graph.Nodes.Add(new OnnxNode("Relu", ["x"], ["r"]));
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["r"], ["y"]));
        model.Graph.Nodes.Add(new OnnxNode("Identity", ["r"], ["z"]));

        GraphPasses.RemoveIdentities(model.Graph).Should().Be(1);

        model.Check().Should().BeEmpty();
        model.Graph.Nodes.Select(n => $"{n.OpType} {n.Inputs[0]} {n.Outputs[0]}").Should().Equal("Relu x z", "Identity z y");
    }

    [Fact]
    public void SplitSums_ThousandsOfSummands_BecomesAChain()
    {
        const int Count = 30_000;
        OnnxModel model = Create();
        model.Graph.Nodes.Add(new OnnxNode("Sum", Enumerable.Range(0, Count).Select(i => $"s{i}"), ["y"]));

        GraphPasses.SplitSums(model.Graph).Should().Be(1);

        model.Graph.Nodes.Should().HaveCount(Count - 1);
        model.Graph.Nodes[0].Inputs.Should().Equal("s0", "s1");
        model.Graph.Nodes[0].Outputs.Should().Equal("y_partial");
        model.Graph.Nodes[1].Inputs.Should().Equal("y_partial", "s2");
        model.Graph.Nodes[1].Outputs.Should().Equal("y_partial_1");
        model.Graph.Nodes[^1].Inputs.Should().Equal($"y_partial_{Count - 3}", $"s{Count - 1}");
        model.Graph.Nodes[^1].Outputs.Should().Equal("y");
    }

    [Fact]
    public void ReplaceBatchNormalization_ChainOfThousands_ReplacesEach()
    {
        const int Count = 30_000;
        OnnxModel model = Create();
        AddConv(model, "x", "b0", 3, 1, bias: false);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("v", [1], [1]));
        foreach (int i in Enumerable.Range(0, Count))
        {
            model.Graph.Nodes.Add(new OnnxNode("BatchNormalization", [$"b{i}", "v", "v", "v", "v"], [$"b{i + 1}"]));
        }

        GraphPasses.ReplaceBatchNormalization(model.Graph).Should().Be(Count);

        model.Graph.Nodes.Should().HaveCount(Count + 1);
        model.Graph.Nodes.Should().OnlyContain(n => n.OpType == "Conv");
    }

    private static OnnxModel Create()
    {
        OnnxModel model = new(irVersion: 7, opset: 13, "passes");
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxElementType.Float, [1, 3, 6, 6]));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxElementType.Float, null));
        return model;
    }

    private static void ShouldLeave(OnnxModel model, Func<OnnxGraph, int> pass)
    {
        byte[] before = model.ToArray();

        pass(model.Graph).Should().Be(0);

        model.ToArray().Should().Equal(before);
        model.Check().Should().BeEmpty();
    }

    private static void ShouldBeNear(float[] actual, float[] expected)
    {
        actual.Should().HaveSameCount(expected);
        for (int i = 0; i < actual.Length; i++)
        {
            actual[i].Should().BeApproximately(expected[i], 1e-5f * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    private static float[] Run(OnnxModel model)
    {
        model.ThrowIfInvalid();
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, 3 * 6 * 6).Select(_ => (random.NextSingle() * 4) - 2)];
        return ModelRun.OutputOf(model, "y", GraphOptimizationLevel.ORT_DISABLE_ALL, ("x", [1, 3, 6, 6], values)).Values;
    }

    private void AddConv(OnnxModel model, string input, string output, int from, int to, bool bias)
    {
        model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_weight", [to, from, 3, 3], Values(to * from * 9)));
        if (bias)
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_bias", [to], Values(to)));
        }

        model.Graph.Nodes.Add(new OnnxNode("Conv", bias ? [input, $"{output}_weight", $"{output}_bias"]
            : [input, $"{output}_weight"], [output]));
    }

    private void AddBatchNormalization(OnnxModel model, string input, string output, int channels)
    {
        model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_gamma", [channels], Values(channels)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_beta", [channels], Values(channels)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_mean", [channels], Values(channels)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_variance", [channels], [.. Values(channels)
            .Select(v => Math.Abs(v) + 0.1f)]));
        model.Graph.Nodes.Add(new OnnxNode("BatchNormalization",
            [input, $"{output}_gamma", $"{output}_beta", $"{output}_mean", $"{output}_variance"], [output]));
    }

    private float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];
}
