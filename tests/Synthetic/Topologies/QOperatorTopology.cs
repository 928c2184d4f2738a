namespace ResNet.Net.Synthetic;

/// <summary>Writes <c>resnet50-v1-12-int8</c> like Neural Compressor: integer operators, weights with one scale per filter.</summary>
internal sealed class QOperatorTopology : QuantizedTopology
{
    private const string Microsoft = "com.microsoft";

    public QOperatorTopology(MxnetTopology network)
        : base(network, "mxnet_converted_model") => Model.SetOpset(Microsoft, 1);

    protected override QuantizedValue QuantizeInput(QuantizedValue value)
    {
        Add(new OnnxNode("QuantizeLinear", [value.Name, value.ScaleName, value.ZeroPointName], [value.QuantizedName], value.Name
            + "_QuantizeLinear"));
        return value;
    }

    protected override QuantizedValue Convolve(FoldedConvolution convolution, QuantizedValue x, QuantizedValue output, bool rectified)
    {
        int filters = convolution.Bias.Length;
        (sbyte[] weights, float[] scales) = QuantizeWeights(convolution.Weights, filters);
        string weight = convolution.WeightName;
        AddWeight(weight, convolution.Shape, weights);
        Add(OnnxTensor.Create<float>(weight + "_scale", [filters], scales));
        Add(OnnxTensor.Create<sbyte>(weight + "_zero_point", [filters], new sbyte[filters]));
        Add(OnnxTensor.Create<int>(convolution.BiasName + "_quantized", [filters], QuantizeBias(convolution.Bias, x.Scale, scales)));
        string[] inputs =
        [
            x.QuantizedName, x.ScaleName, x.ZeroPointName,
            weight + "_quantized", weight + "_scale", weight + "_zero_point",
            output.ScaleName, output.ZeroPointName, convolution.BiasName + "_quantized",
        ];

        // ONNX Runtime had already fused the ReLU into the convolution.
        string name = $"{(rectified ? "fused " : string.Empty)}{convolution.Node.Name}_quant";
        OnnxNode node = new("QLinearConv", inputs, [output.QuantizedName], name);
        CopyWindow(convolution.Node, node);
        Add(node);
        return output;
    }

    protected override QuantizedValue Pool(OnnxNode node, QuantizedValue x)
    {
        QuantizedValue output = x with { QuantizedName = node.Outputs[0] + "_quantized" };
        OnnxNode pool = new("MaxPool", [x.QuantizedName], [output.QuantizedName], node.Name);
        CopyWindow(node, pool);
        Add(pool);
        return output;
    }

    protected override QuantizedValue Add(OnnxNode node, QuantizedValue left, QuantizedValue right, QuantizedValue output)
    {
        string[] inputs =
        [
            left.QuantizedName, left.ScaleName, left.ZeroPointName, right.QuantizedName, right.ScaleName, right.ZeroPointName,
            output.ScaleName, output.ZeroPointName,
        ];
        Add(new OnnxNode("QLinearAdd", inputs, [output.QuantizedName], node.Name + "_quant", Microsoft));
        return output;
    }

    protected override QuantizedValue Average(OnnxNode node, QuantizedValue x, QuantizedValue output)
    {
        string[] inputs = [x.QuantizedName, x.ScaleName, x.ZeroPointName, output.ScaleName, output.ZeroPointName];
        OnnxNode pool = new("QLinearGlobalAveragePool", inputs, [output.QuantizedName], node.Name + "_quant", Microsoft);
        pool.Attributes.Set("channels_last", 0);
        Add(pool);
        return output;
    }

    // Neural Compressor had no integer Flatten, so the value is dequantized around it.
    protected override QuantizedValue Flatten(OnnxNode node, QuantizedValue x, QuantizedValue output)
    {
        Add(new OnnxNode("DequantizeLinear", [x.QuantizedName, x.ScaleName, x.ZeroPointName], [x.Name], x.Name + "_DequantizeLinear"));
        OnnxNode flatten = new("Flatten", [x.Name], [output.Name], node.Name);
        Add(flatten);
        Add(new OnnxNode("QuantizeLinear", [output.Name, output.ScaleName, output.ZeroPointName], [output.QuantizedName], output.Name
            + "_QuantizeLinear"));
        return output;
    }

    protected override void Dense(OnnxNode node, QuantizedValue x)
    {
        OnnxTensor weight = Weight(node.Inputs[1]);
        (int classes, int features) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        (sbyte[] byClass, float[] scales) = QuantizeWeights(weight.AsSpan<float>(), classes);
        sbyte[] byFeature = new sbyte[byClass.Length];
        for (int i = 0; i < byClass.Length; i++)
        {
            byFeature[(i % features * classes) + (i / features)] = byClass[i];
        }

        AddWeight(weight.Name, [features, classes], byFeature);
        Add(OnnxTensor.Create<float>(weight.Name + "_scale", [classes], scales));
        Add(OnnxTensor.Create<sbyte>(weight.Name + "_zero_point", [classes], new sbyte[classes]));

        // The range of the product without the bias.
        OnnxTensor bias = Weight(node.Inputs[2]);
        (float least, float most) = Extremes(bias.AsSpan<float>());
        string output = node.Outputs[0];
        QuantizedValue logits = Calibrated(output);
        QuantizedValue product = Parameters(output + "_MatMul", Math.Min(LowestOf(logits) - most, 0), HighestOf(logits) - least);
        string[] inputs =
        [
            x.QuantizedName, x.ScaleName, x.ZeroPointName, weight.Name + "_quantized", weight.Name + "_scale", weight.Name + "_zero_point",
            product.ScaleName, product.ZeroPointName,
        ];
        Add(new OnnxNode("QLinearMatMul", inputs, [product.QuantizedName], node.Name + "_MatMul_quant"));

        QuantizedValue offset = Parameters(bias.Name, least, most);
        byte[] offsets = new byte[classes];
        for (int i = 0; i < classes; i++)
        {
            offsets[i] = (byte)Math.Clamp(Math.Round(bias.AsSpan<float>()[i] / (double)offset.Scale) + offset.ZeroPoint, 0, byte.MaxValue);
        }

        Add(OnnxTensor.Create<byte>(offset.QuantizedName, [classes], offsets));
        _ = Add(new OnnxNode("Add", [], [output], node.Name + "_Add"), product, offset, logits);
        Add(new OnnxNode("DequantizeLinear", [logits.QuantizedName, logits.ScaleName, logits.ZeroPointName], [output], output
            + "_DequantizeLinear"));
    }

    private static float LowestOf(QuantizedValue value) => -value.ZeroPoint * value.Scale;

    private static float HighestOf(QuantizedValue value) => (byte.MaxValue - value.ZeroPoint) * value.Scale;

    private static (float Least, float Most) Extremes(ReadOnlySpan<float> values)
    {
        (float least, float most) = (float.MaxValue, float.MinValue);
        foreach (float value in values)
        {
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        return (least, most);
    }
}
