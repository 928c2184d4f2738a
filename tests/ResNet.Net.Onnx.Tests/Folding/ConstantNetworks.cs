namespace ResNet.Net.Onnx.Tests;

/// <summary>Builds networks whose pads, weights and shapes an exporter computes from constants: image [N, 3, 6, 6].</summary>
internal static class ConstantNetworks
{
    public const string Input = "image", Output = "result";

    /// <summary>The kinds of networks with the operators that remain after folding, in order.</summary>
    public static IReadOnlyDictionary<string, string> Kinds { get; } = new Dictionary<string, string>
    {
        ["PadOfParts"] = "Pad",
        ["ConvOfZeros"] = "Conv",
        ["ConvOfExpandedWeights"] = "Conv",
        ["GemmOfCastTransposeMul"] = "Flatten Gemm",
        ["FlattenOfShape"] = "Conv Reshape",
        ["FlattenOfShapeAfterPooling"] = "MaxPool Reshape",
        ["SharedByIdentity"] = "Mul Add",
        ["ConstantAttributes"] = "Mul Add",
        ["RangeTileConcat"] = "Add",
        ["ShapeRange"] = "Add",
        ["Quantized"] = "DequantizeLinear Conv",
        ["SymbolicShape"] = "Shape Gather Unsqueeze Concat Reshape",
        ["ReplaceableWeight"] = "Neg Add",
        ["ConstantOutput"] = "Neg Add",
    };

    public static OnnxModel Build(string kind)
    {
        OnnxDimension batch = kind is "FlattenOfShape" or "FlattenOfShapeAfterPooling" ? 1 : "N";
        TestModel model = new TestModel(kind == "ShapeRange" ? 15 : 13).Input(Input, batch, 3, 6, 6).Output(Output);
        model.Model.Graph.Outputs[0].Shape = null;
        switch (kind)
        {
            case "PadOfParts": // PyTorch's F.pad
                Constant("pads", 1, 2, 3, 0);
                Constant("double_rank", 8);
                Constant("zero", 0);
                Constant("pairs", -1, 2);
                Constant("last", -1);
                Constant("first", long.MinValue + 1);
                Constant("axis", 0);
                model.Node("Shape", ["pads"], ["pads_shape"]).Node("Gather", ["pads_shape", "zero"], ["count"], ("axis", 0))
                    .Node("Sub", ["double_rank", "count"], ["missing"])
                    .Node("ConstantOfShape", ["missing"], ["zeros"], ("value", OnnxTensor.Create<long>("", [1], [0])))
                    .Node("Concat", ["pads", "zeros"], ["all"], ("axis", 0)).Node("Reshape", ["all", "pairs"], ["rows"])
                    .Node("Slice", ["rows", "last", "first", "axis", "last"], ["reversed"])
                    .Node("Transpose", ["reversed"], ["columns"], ("perm", new long[] { 1, 0 }))
                    .Node("Reshape", ["columns", "last"], ["flat"]).Node("Cast", ["flat"], ["long"], ("to", 7))
                    .Node("Pad", [Input, "long"], [Output]);
                break;
            case "ConvOfZeros": // torch.zeros_like
                Constant("shape", 4, 3, 1, 1);
                model.Node("ConstantOfShape", ["shape"], ["w"], ("value", OnnxTensor.Create<float>("", [1], [0.25f])))
                    .Node("Conv", [Input, "w"], [Output]);
                break;
            case "ConvOfExpandedWeights":
                Constant("shape", 4, 3, 3, 3);
                model.Weight<float>("kernel", [1, 1, 3, 3], [.. Numbers(9)]).Node("Expand", ["kernel", "shape"], ["w"])
                    .Node("Conv", [Input, "w"], [Output]);
                break;
            case "GemmOfCastTransposeMul":
                model.Weight<Half>("half", [108, 5], [.. Numbers(540).Select(v => (Half)v)]).Weight<float>("scale", [5, 1], [.. Numbers(5)])
                    .Node("Cast", ["half"], ["wide"], ("to", 1)).Node("Transpose", ["wide"], ["rows"], ("perm", new long[] { 1, 0 }))
                    .Node("Mul", ["rows", "scale"], ["w"]).Node("Flatten", [Input], ["flat"])
                    .Node("Gemm", ["flat", "w"], [Output], ("transB", 1));
                break;
            case "FlattenOfShape" or "FlattenOfShapeAfterPooling":
                bool pools = kind != "FlattenOfShape";
                Scalar("zero", 0);
                Constant("zero_axis", 0);
                Constant("rest", -1);
                _ = pools
                    ? model.Node("MaxPool", [Input], ["x"], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
                        ("pads", new long[] { 1, 1, 0, 0 }))
                    : model.Weight<float>("w", [2, 3, 3, 3], [.. Numbers(54)])
                        .Node("Conv", [Input, "w"], ["x"], ("auto_pad", "SAME_UPPER"));
                model.Node("Shape", ["x"], ["x_shape"]).Node("Gather", ["x_shape", "zero"], ["n"], ("axis", 0))
                    .Node("Unsqueeze", ["n", "zero_axis"], ["n_list"]).Node("Concat", ["n_list", "rest"], ["target"], ("axis", 0))
                    .Node("Reshape", ["x", "target"], [Output]);
                break;
            case "SharedByIdentity":
                model.Weight<float>("gain", [1, 3, 1, 1], 2, 3, 4).Node("Identity", ["gain"], ["copy"])
                    .Node("Identity", ["copy"], ["again"]).Node("Neg", ["again"], ["negative"]).Node("Mul", [Input, "again"], ["scaled"])
                    .Node("Add", ["scaled", "negative"], [Output]);
                break;
            case "ConstantAttributes":
                model.Node("Constant", [], ["one"], ("value_float", 1.5f)).Node(Floats("list", 1, 2, 3))
                    .Node("Constant", [], ["shape"], ("value_ints", new long[] { 1, 3, 1, 1 }))
                    .Node("Reshape", ["list", "shape"], ["gains"]).Node("Sqrt", ["one"], ["root"])
                    .Node("Mul", [Input, "gains"], ["scaled"]).Node("Add", ["scaled", "root"], [Output]);
                break;
            case "RangeTileConcat":
                model.Weight<float>("from", [], 1).Weight<float>("to", [], 4).Weight<float>("by", [], 1)
                    .Node("Range", ["from", "to", "by"], ["three"]);
                Constant("repeats", 1, 2);
                Constant("rows", 1, 3);
                model.Node("Reshape", ["three", "rows"], ["row"]).Node("Tile", ["row", "repeats"], ["six"])
                    .Node("ReduceSum", ["six"], ["sum"], ("keepdims", 0)).Node("Sub", ["six", "sum"], ["w"])
                    .Node("Add", [Input, "w"], [Output]);
                break;
            case "ShapeRange": // the last two dimensions are fixed, the first is not
                Constant("fixed", 2, 5);
                model.Weight<float>("table", [2, 5], [.. Numbers(10)]).Node("Shape", ["table"], ["columns"], ("start", -1))
                    .Node("Cast", ["columns"], ["w"], ("to", 1)).Node("Add", [Input, "w"], [Output]);
                break;
            case "Quantized":
                model.Weight<sbyte>("w_q", [2, 3, 1, 1], 1, -2, 3, -4, 5, -6).Weight<float>("s", [], 0.5f).Weight<sbyte>("z", [], 0)
                    .Node("DequantizeLinear", ["w_q", "s", "z"], ["w"]).Node("Conv", [Input, "w"], [Output]);
                break;
            case "SymbolicShape":
                Scalar("zero", 0);
                Constant("zero_axis", 0);
                Constant("rest", -1);
                model.Node("Shape", [Input], ["s"]).Node("Gather", ["s", "zero"], ["n"]).Node("Unsqueeze", ["n", "zero_axis"], ["list"])
                    .Node("Concat", ["list", "rest"], ["target"], ("axis", 0)).Node("Reshape", [Input, "target"], [Output]);
                break;
            case "ReplaceableWeight":
                model.Weight<float>("w", [1], 3).Node("Neg", ["w"], ["negative"]).Node("Add", [Input, "negative"], [Output]);
                model.Model.Graph.Inputs.Add(new OnnxValueInfo("w", OnnxElementType.Float, [1]));
                break;
            default:
                model.Weight<float>("w", [1], 3).Node("Neg", ["w"], ["negative"]).Node("Add", [Input, "negative"], [Output])
                    .Output("negative", 1);
                break;
        }

        model.Model.ThrowIfInvalid();
        return model;

        void Constant(string name, params long[] values)
            => model.Node("Constant", [], [name], ("value", OnnxTensor.Create<long>("", [values.Length], values)));

        void Scalar(string name, long value)
            => model.Node("Constant", [], [name], ("value", OnnxTensor.Create<long>("", [], [value])));
    }

    public static IEnumerable<float> Numbers(int count) => Enumerable.Range(1, count).Select(i => MathF.Sin(i));

    private static OnnxNode Floats(string name, params float[] values)
    {
        OnnxNode node = new("Constant", [], [name]);
        node.Attributes.Set("value_floats", values);
        return node;
    }
}
