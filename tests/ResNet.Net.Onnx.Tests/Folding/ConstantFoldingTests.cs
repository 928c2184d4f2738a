using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Folds networks and compares their outputs, element by element, with those of the original in ONNX Runtime.</summary>
public class ConstantFoldingTests
{
    public static TheoryData<string> Kinds => [.. ConstantNetworks.Kinds.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void FoldConstants_EveryKind_KeepsTheOutputs(string kind)
    {
        OnnxModel original = ConstantNetworks.Build(kind);
        OnnxModel folded = original.Clone();

        folded.FoldConstants();

        folded.ThrowIfInvalid();
        folded.Graph.Nodes.Where(n => n.OpType != "Constant").Select(n => n.OpType).Should()
            .Equal(ConstantNetworks.Kinds[kind].Split(' '));
        (float[] values, long[] shape) = Run(original);
        (float[] foldedValues, long[] foldedShape) = Run(folded);
        foldedShape.Should().Equal(shape);
        foldedValues.Should().Equal(values);
        values.Distinct().Should().HaveCountGreaterThan(9);
    }

    [Fact]
    public void FoldConstants_IrVersion3_RemovesInitializersFromInputs()
    {
        OnnxModel model = new TestModel(8).Input("image", 1, 3, 6, 6).Output("result").Weight<float>("w", [3, 2], 1, 2, 3, 4, 5, 6)
            .Weight<long>("shape", [4], 2, 3, 1, 1).Node("Transpose", ["w"], ["rows"]).Node("Reshape", ["rows", "shape"], ["filters"])
            .Node("Conv", ["image", "filters"], ["result"]).Model;
        model.Graph.Outputs[0].Shape = null;
        float[] expected = Run(model).Values;

        model.FoldConstants().Should().Be(2);

        model.IrVersion.Should().Be(4);
        model.Graph.Inputs.Select(i => i.Name).Should().Equal("image");
        model.Graph.Initializers.Select(t => t.Name).Should().Equal("filters");
        Run(model).Values.Should().Equal(expected);
    }

    /// <summary>A damaged model: the empty name of an omitted input is no value.</summary>
    [Fact]
    public void FoldConstants_IdentityWithoutItsFirstOutput_FillsNoOmittedInput()
    {
        OnnxModel model = new TestModel(13).Input("x", 1, 3).Output("y", 1, 3).Weight<float>("c", [], 2)
            .Node("Identity", ["c"], ["", "b"]).Node("Identity", ["c"], ["max"]).Node("Clip", ["x", "", "max"], ["y"]).Model;

        model.FoldConstants().Should().Be(1);

        model.Graph.Nodes.Select(n => string.Join(' ', n.Inputs)).Should().Equal("x  c");
    }

    [Theory]
    [InlineData("ConstantOfShape", "large")]
    [InlineData("Expand", "one", "large")]
    [InlineData("Tile", "one", "large")]
    [InlineData("Pad", "one", "large_pads")]
    [InlineData("Range", "zero", "million", "tiny")]
    [InlineData("OneHot", "list", "million", "list")]
    [InlineData("Add", "column", "row")]
    [InlineData("MatMul", "column", "row")]
    [InlineData("Gather", "row", "column_indices")]
    public void Fold_OutputOfManyGigabytes_IsNotEvaluated(string opType, params string[] inputs)
    {
        TestModel model = new TestModel(13).Input("image", "N").Output("result", "N")
            .Weight<long>("large", [3], 1 << 20, 1 << 20, 1 << 10).Weight<long>("large_pads", [6], 0, 0, 0, 1 << 20, 1 << 20, 1 << 20)
            .Weight<float>("one", [1, 1, 1], 1).Weight<double>("million", [], 1e6).Weight<double>("zero", [], 0)
            .Weight<double>("tiny", [], 1e-6).Weight<float>("column", [40_000, 1], new float[40_000])
            .Weight<float>("row", [1, 40_000], new float[40_000]).Weight<long>("column_indices", [40_000], new long[40_000])
            .Weight<double>("list", [1 << 15], new double[1 << 15]);
        model.Node(opType, inputs, ["constant"]).Node("ReduceMax", ["constant"], ["largest"], ("keepdims", 0))
            .Node("Cast", ["largest"], ["number"], ("to", 1)).Node("Add", ["image", "number"], ["result"]);

        ConstantFolding.Fold(model, _ => throw new InvalidOperationException("nothing may be evaluated")).Should().Be(0);
    }

    [Fact]
    public void Fold_NothingConstant_ChangesAndEvaluatesNothing()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        byte[] before = model.ToArray();

        ConstantFolding.Fold(model, _ => throw new InvalidOperationException("nothing may be evaluated")).Should().Be(0);

        model.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Fold_EvaluatorFailsForOneNode_FoldsTheOthers()
    {
        OnnxModel model = new TestModel(13).Input("image", "N").Output("result", "N").Weight<float>("w", [1], 3)
            .Node("Neg", ["w"], ["negative"]).Node("Erf", ["w"], ["error"]).Node("Add", ["image", "negative"], ["sum"])
            .Node("Add", ["sum", "error"], ["result"]);

        int folded = ConstantFolding.Fold(model, part => part.Graph.Nodes.Any(n => n.OpType == "Erf")
            ? null
            : [OnnxTensor.Create<float>("", [1], [-3])]);

        folded.Should().Be(1);
        model.Graph.Nodes.Select(n => n.OpType).Should().Equal("Erf", "Add", "Add");
        model.Graph.FindInitializer("negative")!.ToArray<float>().Should().Equal(-3);
    }

    [Fact]
    public void Fold_EvaluatorReturnsTooFewValues_Throws()
        => ((Action)(() => ConstantFolding.Fold(ConstantNetworks.Build("ConvOfZeros"), _ => []))).Should().Throw<OnnxModelException>()
            .WithMessage("The evaluator returned 0 values for 1 constants.");

    [Fact]
    public void Fold_RandomOperator_IsKept()
    {
        OnnxModel model = new TestModel(13).Input("image", "N").Output("result", "N").Weight<float>("w", [1], 3)
            .Node("RandomNormalLike", ["w"], ["noise"]).Node("Neg", ["noise"], ["w2"]).Node("Add", ["image", "w2"], ["result"]);

        model.FoldConstants().Should().Be(0);
    }

    [Fact]
    public void FoldConstants_SubgraphUsesTheConstant_StaysValid()
    {
        OnnxModel model = new TestModel(13).Input("image", "N").Output("result", "N").Weight<float>("w", [1], 3)
            .Weight<bool>("condition", [], true).Node("Neg", ["w"], ["negative"]).Node("Identity", ["negative"], ["alias"])
            .Node(NestedGraphs.If("condition", "chosen", new OnnxNode("Abs", ["alias"], ["inner"])))
            .Node("Add", ["image", "chosen"], ["result"]);

        model.FoldConstants().Should().Be(2);

        model.ThrowIfInvalid();
        model.Graph.FindInitializer("negative")!.ToArray<float>().Should().Equal(-3);
        NestedGraphs.GraphOf(model.Graph.Nodes[0]).Node[0].Input.Should().Equal("negative");
    }

    [Fact]
    public void FoldConstants_HeadOfComputedWeights_IsFound()
    {
        OnnxModel model = HeadNetworks.Build("Gemm");
        OnnxGraph graph = model.Graph;
        OnnxNode dense = graph.Nodes.Single(n => n.OpType == "Gemm");
        float[] expected = ClassifierHead.Find(model).Weights.ToArray();
        graph.Nodes.Insert(0, new OnnxNode("Add", ["dense", "zeros"], ["computed"]));
        OnnxNode zeros = new("ConstantOfShape", ["zeros_shape"], ["zeros"]);
        graph.Nodes.Insert(0, zeros);
        graph.Initializers.Add(OnnxTensor.Create<long>("zeros_shape", [2], [HeadNetworks.Classes, 1]));
        dense.Inputs[1] = "computed";
        ((Action)(() => ClassifierHead.Find(model))).Should().Throw<OnnxModelException>().WithMessage("*not constant*");

        model.FoldConstants().Should().Be(2);

        ClassifierHead.Find(model).Weights.ToArray().Should().Equal(expected);
    }

    private static (float[] Values, long[] Shape) Run(OnnxModel model)
    {
        Random random = new(5);
        int batch = model.Graph.FeedInputs.First().Shape![0].Value is long fixedBatch ? (int)fixedBatch : 2;
        float[] images = [.. Enumerable.Range(0, batch * 3 * 36).Select(_ => (float)random.NextDouble())];
        return ModelRun.OutputOf(
            model, ConstantNetworks.Output, GraphOptimizationLevel.ORT_DISABLE_ALL, (ConstantNetworks.Input, [batch, 3, 6, 6], images));
    }
}
