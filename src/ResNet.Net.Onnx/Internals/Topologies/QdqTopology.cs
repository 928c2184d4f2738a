namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>
/// As Neural Compressor writes <c>resnet50-v1-12-qdq</c>: float operators between pairs of QuantizeLinear and DequantizeLinear, weights with one
/// scale each, since opset 12 knows no axis of DequantizeLinear.
/// </summary>
internal sealed class QdqTopology(MxnetTopology network) : QuantizedTopology(network, "mxnet_converted_model")
{
    protected override QuantizedValue QuantizeInput(QuantizedValue value) => Pair(value.Name, value);

    protected override QuantizedValue Convolve(FoldedConvolution convolution, QuantizedValue x, QuantizedValue output, bool rectified)
    {
        OnnxNode node = new("Conv", [Float(x), .. Constants(convolution.WeightName, convolution.Dims, convolution.Weights, convolution.BiasName, convolution.Bias, x)], [output.Name], convolution.Node.Name);
        CopyWindow(convolution.Node, node);
        Add(node);
        return Pair(output.Name, output);
    }

    protected override QuantizedValue Pool(OnnxNode node, QuantizedValue x)
    {
        OnnxNode pool = new("MaxPool", [Float(x)], [node.Outputs[0]], node.Name);
        CopyWindow(node, pool);
        Add(pool);
        return Pair(node.Outputs[0], x);
    }

    protected override QuantizedValue Add(OnnxNode node, QuantizedValue left, QuantizedValue right, QuantizedValue output)
        => Plain(node, output, Float(left), Float(right));

    protected override QuantizedValue Average(OnnxNode node, QuantizedValue x, QuantizedValue output) => Plain(node, output, Float(x));

    protected override QuantizedValue Flatten(OnnxNode node, QuantizedValue x, QuantizedValue output) => Plain(node, output, Float(x));

    protected override void Dense(OnnxNode node, QuantizedValue x)
    {
        (OnnxTensor weight, OnnxTensor bias) = (Weight(node.Inputs[1]), Weight(node.Inputs[2]));
        OnnxNode dense = new("Gemm", [Float(x), .. Constants(weight.Name, [.. weight.Dims], weight.AsSpan<float>(), bias.Name, bias.AsSpan<float>(), x)], [node.Outputs[0]], node.Name);
        dense.Attributes.Set("alpha", 1f);
        dense.Attributes.Set("beta", 1f);
        dense.Attributes.Set("transA", 0);
        dense.Attributes.Set("transB", 1);
        Add(dense);
    }

    private static string Float(QuantizedValue value) => value.QuantizedName;

    private QuantizedValue Plain(OnnxNode node, QuantizedValue output, params string[] inputs)
    {
        Add(new OnnxNode(node.OpType, inputs, [output.Name], node.Name));
        return Pair(output.Name, output);
    }

    /// <summary>Through 8 bits and back.</summary>
    private QuantizedValue Pair(string value, QuantizedValue parameters)
    {
        Add(new OnnxNode("QuantizeLinear", [value, parameters.ScaleName, parameters.ZeroPointName], [value + "_QuantizeLinear"], value + "_QuantizeLinear"));
        Add(new OnnxNode("DequantizeLinear", [value + "_QuantizeLinear", parameters.ScaleName, parameters.ZeroPointName], [value + "_DequantizeLinear"], value + "_DequantizeLinear"));
        return parameters with { QuantizedName = value + "_DequantizeLinear" };
    }

    /// <summary>Weights and bias as the outputs of a DequantizeLinear each.</summary>
    private string[] Constants(string weightName, long[] dims, ReadOnlySpan<float> weights, string biasName, ReadOnlySpan<float> bias, QuantizedValue x)
    {
        (sbyte[] values, float[] scales) = QuantizeWeights(weights, 1);
        AddWeight(weightName, dims, values);
        Add(OnnxTensor.Create<float>(weightName + "_scale", [], scales));
        Add(OnnxTensor.Create<sbyte>(weightName + "_zero_point", [], [0]));
        Add(new OnnxNode("DequantizeLinear", [weightName + "_quantized", weightName + "_scale", weightName + "_zero_point"], [weightName + "_DequantizeLinear"], weightName + "_DequantizeLinear"));

        Add(OnnxTensor.Create<int>(biasName + "_quantized", [bias.Length], QuantizeBias(bias, x.Scale, scales)));
        Add(OnnxTensor.Create<float>(biasName + "_quantized_scale", [], [x.Scale * scales[0]]));
        Add(OnnxTensor.Create<int>(biasName + "_quantized_zero_point", [], [0]));
        Add(new OnnxNode("DequantizeLinear", [biasName + "_quantized", biasName + "_quantized_scale", biasName + "_quantized_zero_point"], [biasName + "_DequantizeLinear"], biasName + "_DequantizeLinear"));
        return [weightName + "_DequantizeLinear", biasName + "_DequantizeLinear"];
    }
}
