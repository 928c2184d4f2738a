namespace ResNet.Net.Onnx.Tests;

/// <summary>Builds small networks with every supported head: image [N, 3, 8, 8], six feature maps, five classes.</summary>
internal static class HeadNetworks
{
    public const int Maps = 6, Classes = 5, Side = 8;

    public const string Input = "image", Output = "scores";

    public static IReadOnlyList<string> Kinds { get; } =
    [
        "Gemm", "GemmNotTransposed", "MatMulAdd", "AddFirst", "Squeeze", "AveragePoolSoftmax", "ReduceMean", "ReduceMeanInput",
        "Dropout", "PlainMatMul", "ConstantNodes", "SoftmaxOfParts", "ShiftedSoftmaxOfParts", "SigmoidCast", "HardSigmoid", "Float16",
        "QLinear", "QGemm", "Qdq",
    ];

    /// <summary>Determines whether intermediate values are rounded to 8 bits.</summary>
    public static bool IsQuantized(string kind) => kind is "QLinear" or "QGemm" or "Qdq";

    /// <summary>Gets the largest error of one rounded value: half a unit in the last place of the type.</summary>
    public static double RoundingOf(string kind) => kind == "Float16" ? Math.ScaleB(1, -11) : Math.ScaleB(1, -24);

    /// <summary>Computes the output of a network from one image's logits.</summary>
    public static IEnumerable<double> Activate(string kind, double[] logits) => kind switch
    {
        "AveragePoolSoftmax" or "SoftmaxOfParts" or "ShiftedSoftmaxOfParts" => logits.Select(l => Math.Exp(l) / logits.Sum(Math.Exp)),
        "SigmoidCast" => logits.Select(l => 1 / (1 + Math.Exp(-l))),
        "HardSigmoid" => logits.Select(l => Math.Clamp((0.2 * l) + 0.5, 0, 1)),
        _ => logits,
    };

    public static OnnxModel Build(string kind, int seed = 1)
    {
        Random random = new(seed);
        OnnxModel model = new(irVersion: 8, opset: kind == "ReduceMeanInput" ? 18 : 13, "head");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo(Input, OnnxElementType.Float, ["N", 3, Side, Side]));
        graph.Outputs.Add(new OnnxValueInfo(Output, OnnxElementType.Float, ["N", Classes]));
        Weights("conv_w", [Maps, 3, 3, 3]);
        Node("Conv", [Input, "conv_w"], "conv", ("pads", [1, 1, 1, 1]));
        Node("Relu", ["conv"], "maps");
        float[] dense = Random(Classes * Maps, 1), bias = Random(Classes, 0.5f);
        switch (kind)
        {
            case "Gemm":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: true, Output);
                break;
            case "GemmNotTransposed":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: false, Output, alpha: 0.5f, beta: 2);
                break;
            case "MatMulAdd":
                Pool("GlobalAveragePool", "maps");
                Reshape("pooled", "features");
                MatMul("features", "product");
                Node("Add", ["product", "bias"], Output);
                Constant("bias", [Classes], bias);
                break;
            case "AddFirst":
                Pool("GlobalAveragePool", "maps");
                Reshape("pooled", "features");
                MatMul("features", "product");
                Node("Add", ["bias", "product"], Output);
                Constant("bias", [1, Classes], bias);
                break;
            case "Squeeze":
                Pool("GlobalAveragePool", "maps");
                graph.Initializers.Add(OnnxTensor.Create<long>("axes", [2], [2, 3]));
                Node("Squeeze", ["pooled", "axes"], "features");
                Dense("features", transposed: true, Output);
                break;
            case "AveragePoolSoftmax":
                Node("AveragePool", ["maps"], "pooled", ("kernel_shape", [Side, Side]));
                Reshape("pooled", "features");
                Dense("features", transposed: true, "logits");
                Node("Softmax", ["logits"], Output);
                break;
            case "SoftmaxOfParts" or "ShiftedSoftmaxOfParts":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: true, "logits");
                string exponent = "logits";
                if (kind == "ShiftedSoftmaxOfParts")
                {
                    Node("ReduceMax", ["logits"], "largest", ("axes", [1]));
                    Node("Sub", ["logits", "largest"], exponent = "shifted");
                }

                graph.Initializers.Add(OnnxTensor.Create<long>("class_axis", [1], [-1]));
                Node("Exp", [exponent], "exponentials");
                Node("ReduceSum", ["exponentials", "class_axis"], "total");
                Node("Div", ["exponentials", "total"], Output);
                break;
            case "SigmoidCast":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: true, "logits");
                Node("Sigmoid", ["logits"], "probabilities");
                Cast("probabilities", OnnxElementType.Double, "wide");
                Cast("wide", OnnxElementType.Float, Output);
                break;
            case "HardSigmoid":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: true, "logits");
                Node("HardSigmoid", ["logits"], Output);
                break;
            case "Float16":
                Cast("maps", OnnxElementType.Float16, "narrow");
                Pool("GlobalAveragePool", "narrow");
                Node("Flatten", ["pooled"], "features");
                graph.Initializers.Add(OnnxTensor.Create<Half>("dense", [Maps, Classes],
                    [.. Transposed(dense, Classes, Maps).Select(v => (Half)v)]));
                graph.Initializers.Add(OnnxTensor.Create<Half>("dense_b", [Classes], [.. bias.Select(v => (Half)v)]));
                Node("Gemm", ["features", "dense", "dense_b"], "logits");
                Cast("logits", OnnxElementType.Float, Output);
                break;
            case "ReduceMean":
                Node("ReduceMean", ["maps"], "pooled", ("axes", [2, 3]));
                graph.Nodes[^1].Attributes.Set("keepdims", 0);
                Dense("pooled", transposed: true, Output);
                break;
            case "ReduceMeanInput":
                graph.Initializers.Add(OnnxTensor.Create<long>("axes", [2], [-2, -1]));
                Node("ReduceMean", ["maps", "axes"], "pooled");
                Node("Flatten", ["pooled"], "features");
                Dense("features", transposed: true, Output);
                break;
            case "Dropout":
                Pool("GlobalAveragePool", "maps");
                Node("Identity", ["pooled"], "same");
                Node("Flatten", ["same"], "flat");
                Node("Dropout", ["flat"], "features");
                Dense("features", transposed: true, "last");
                Node("Identity", ["last"], Output);
                break;
            case "PlainMatMul":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                MatMul("features", Output);
                break;
            case "ConstantNodes":
                Pool("GlobalAveragePool", "maps");
                Node("Flatten", ["pooled"], "features");
                OnnxNode constant = new("Constant", [], ["rows"]);
                constant.Attributes.Set("value", OnnxTensor.Create<float>("", [Classes, Maps], dense));
                graph.Nodes.Add(constant);
                Node("Transpose", ["rows"], "columns", ("perm", [1, 0]));
                Node("MatMul", ["features", "columns"], "product");
                Node("Add", ["product", "bias"], Output);
                Constant("bias", [Classes], bias);
                break;
            case "QLinear":
                model.SetOpset("com.microsoft", 1);
                QuantizedMaps();
                Node("Flatten", ["pooled"], "features");
                Bytes("dense_q", [Maps, Classes], Transposed(dense, Classes, Maps), perColumn: false);
                Node("QLinearMatMul",
                    ["features", "pooled_s", "pooled_z", "dense_q", "dense_q_s", "dense_q_z", "product_s", "product_z"], "product");
                Scale("product", 8f / 255, 128);
                graph.Initializers.Add(OnnxTensor.Create<byte>("bias_q", [Classes],
                    [.. bias.Select(b => (byte)(128 + MathF.Round(b * 255)))]));
                Scale("bias_q", 1f / 255, 128);
                Microsoft("QLinearAdd", ["product", "product_s", "product_z", "bias_q", "bias_q_s", "bias_q_z", "sum_s", "sum_z"], "sum");
                Scale("sum", 8f / 255, 128);
                Node("DequantizeLinear", ["sum", "sum_s", "sum_z"], Output);
                break;
            case "QGemm":
                model.SetOpset("com.microsoft", 1);
                QuantizedMaps();
                Node("Flatten", ["pooled"], "features");
                float[] scales = Bytes("dense_q", [Classes, Maps], dense, perColumn: true);
                graph.Initializers.Add(OnnxTensor.Create<int>("bias_q", [Classes],
                    [.. bias.Select((b, i) => (int)MathF.Round(b / (scales[i] * (2f / 255))))]));
                string[] inputs = ["features", "pooled_s", "pooled_z", "dense_q", "dense_q_s", "dense_q_z", "bias_q", "sum_s", "sum_z"];
                Microsoft("QGemm", inputs, "sum");
                graph.Nodes[^1].Attributes.Set("transB", 1);
                Scale("sum", 8f / 255, 128);
                Node("DequantizeLinear", ["sum", "sum_s", "sum_z"], Output);
                break;
            default:
                Node("QuantizeLinear", ["maps", "maps_s", "maps_z"], "maps_q");
                Scale("maps", 4f / 255, 0);
                Node("DequantizeLinear", ["maps_q", "maps_s", "maps_z"], "maps_r");
                Node("GlobalAveragePool", ["maps_r"], "pooled");
                Scale("pooled", 2f / 255, 0);
                Node("QuantizeLinear", ["pooled", "pooled_s", "pooled_z"], "pooled_q");
                Node("DequantizeLinear", ["pooled_q", "pooled_s", "pooled_z"], "pooled_r");
                Node("Flatten", ["pooled_r"], "features");
                scales = Bytes("dense_q", [Classes, Maps], dense, perColumn: true);
                Node("DequantizeLinear", ["dense_q", "dense_q_s", "dense_q_z"], "dense_r");
                graph.Nodes[^1].Attributes.Set("axis", 0);
                graph.Initializers.Add(OnnxTensor.Create<int>("bias_q", [Classes],
                    [.. bias.Select((b, i) => (int)MathF.Round(b / (scales[i] * (2f / 255))))]));
                Constant("bias_s", [Classes], [.. scales.Select(s => s * (2f / 255))]);
                Node("DequantizeLinear", ["bias_q", "bias_s"], "bias_r");
                graph.Nodes[^1].Attributes.Set("axis", 0);
                Node("Gemm", ["features", "dense_r", "bias_r"], Output);
                graph.Nodes[^1].Attributes.Set("transB", 1);
                break;
        }

        model.ThrowIfInvalid();
        return model;

        float[] Random(int count, float amplitude)
            => [.. Enumerable.Range(0, count).Select(_ => ((float)random.NextDouble() - 0.5f) * 2 * amplitude)];

        void Constant(string name, long[] dims, float[] values) => graph.Initializers.Add(OnnxTensor.Create<float>(name, dims, values));

        void Weights(string name, long[] dims) => Constant(name, dims, Random((int)dims.Aggregate(1L, (a, b) => a * b), 0.4f));

        void Node(string operation, string[] inputs, string output, params (string Name, long[] Values)[] attributes)
        {
            OnnxNode node = new(operation, inputs, [output]);
            foreach ((string name, long[] values) in attributes)
            {
                node.Attributes.Set(name, values);
            }

            graph.Nodes.Add(node);
        }

        void Cast(string value, OnnxElementType type, string converted)
        {
            Node("Cast", [value], converted);
            graph.Nodes[^1].Attributes.Set("to", (long)type);
        }

        void Microsoft(string operation, string[] inputs, string output)
            => graph.Nodes.Add(new OnnxNode(operation, inputs, [output], domain: "com.microsoft"));

        void Pool(string operation, string maps) => Node(operation, [maps], "pooled");

        void Reshape(string value, string reshaped)
        {
            graph.Initializers.Add(OnnxTensor.Create<long>("shape", [2], [0, -1]));
            Node("Reshape", [value, "shape"], reshaped);
        }

        void Dense(string features, bool transposed, string output, float alpha = 1, float beta = 1)
        {
            Constant("dense", transposed ? [Classes, Maps] : [Maps, Classes], transposed ? dense : Transposed(dense, Classes, Maps));
            Constant("dense_b", [Classes], bias);
            Node("Gemm", [features, "dense", "dense_b"], output);
            OnnxAttributes attributes = graph.Nodes[^1].Attributes;
            attributes.Set("transB", transposed ? 1 : 0);
            attributes.Set("alpha", alpha);
            attributes.Set("beta", beta);
        }

        void MatMul(string features, string output)
        {
            Constant("dense", [Maps, Classes], Transposed(dense, Classes, Maps));
            Node("MatMul", [features, "dense"], output);
        }

        void Scale(string name, float scale, byte zero)
        {
            Constant($"{name}_s", [], [scale]);
            graph.Initializers.Add(OnnxTensor.Create<byte>($"{name}_z", [], [zero]));
        }

        // Symmetric int8, with one scale or one per row.
        float[] Bytes(string name, long[] dims, float[] values, bool perColumn)
        {
            int rows = perColumn ? (int)dims[0] : 1;
            int length = values.Length / rows;
            float[] steps = [.. Enumerable.Range(0, rows).Select(r => values.AsSpan(r * length, length).ToArray().Max(MathF.Abs) / 127)];
            graph.Initializers.Add(OnnxTensor.Create<sbyte>(name,
                dims, [.. values.Select((v, i) => (sbyte)MathF.Round(v / steps[i / length]))]));
            Constant($"{name}_s", perColumn ? [rows] : [], steps);
            graph.Initializers.Add(OnnxTensor.Create<sbyte>($"{name}_z", perColumn ? [rows] : [], new sbyte[rows]));
            return steps;
        }

        void QuantizedMaps()
        {
            Node("QuantizeLinear", ["maps", "maps_s", "maps_z"], "maps_q");
            Scale("maps", 4f / 255, 0);
            Microsoft("QLinearGlobalAveragePool", ["maps_q", "maps_s", "maps_z", "pooled_s", "pooled_z"], "pooled");
            Scale("pooled", 2f / 255, 0);
        }
    }

    private static float[] Transposed(float[] matrix, int rows, int columns)
        => [.. Enumerable.Range(0, rows * columns).Select(i => matrix[((i % rows) * columns) + (i / rows)])];
}
