namespace ResNet.Net.Synthetic;

/// <summary>
/// Writes <c>resnet50-v1-12-qdq</c> like Neural Compressor: float operators between QuantizeLinear and DequantizeLinear pairs. Each weight
/// has a single scale, because DequantizeLinear has no axis in opset 12.
/// </summary>
internal sealed class QdqTopology(MxnetTopology network) : QuantizedTopology(network, "mxnet_converted_model")
{
    protected override QuantizedValue QuantizeInput(QuantizedValue value) => Pair(value.Name, value);

    protected override QuantizedValue Convolve(FoldedConvolution convolution, QuantizedValue x, QuantizedValue output, bool rectified)
    {
        string[] constants = Constants(convolution.WeightName, convolution.Shape, convolution.Weights, convolution.BiasName,
            convolution.Bias, x);
        OnnxNode node = new("Conv", [Float(x), .. constants], [output.Name], convolution.Node.Name);
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
        string[] constants = Constants(weight.Name, [.. weight.Shape], weight.AsSpan<float>(), bias.Name, bias.AsSpan<float>(), x);
        OnnxNode dense = new("Gemm", [Float(x), .. constants], [node.Outputs[0]], node.Name);
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

    /// <summary>Adds a QuantizeLinear and a DequantizeLinear node.</summary>
    private QuantizedValue Pair(string value, QuantizedValue parameters)
    {
        string quantized = value + "_QuantizeLinear";
        Add(new OnnxNode("QuantizeLinear", [value, parameters.ScaleName, parameters.ZeroPointName], [quantized], quantized));
        return parameters with { QuantizedName = Dequantize(value, quantized, parameters.ScaleName, parameters.ZeroPointName) };
    }

    /// <summary>Adds quantized weights and biases, each with a DequantizeLinear node.</summary>
    private string[] Constants(string weightName, long[] shape, ReadOnlySpan<float> weights, string biasName, ReadOnlySpan<float> bias,
        QuantizedValue x)
    {
        (sbyte[] values, float[] scales) = QuantizeWeights(weights, 1);
        AddWeight(weightName, shape, values);
        Add(OnnxTensor.Create<float>(weightName + "_scale", [], scales));
        Add(OnnxTensor.Create<sbyte>(weightName + "_zero_point", [], [0]));
        string weight = Dequantize(weightName, weightName + "_quantized", weightName + "_scale", weightName + "_zero_point");

        Add(OnnxTensor.Create<int>(biasName + "_quantized", [bias.Length], QuantizeBias(bias, x.Scale, scales)));
        Add(OnnxTensor.Create<float>(biasName + "_quantized_scale", [], [x.Scale * scales[0]]));
        Add(OnnxTensor.Create<int>(biasName + "_quantized_zero_point", [], [0]));
        return [weight, Dequantize(biasName, biasName + "_quantized", biasName + "_quantized_scale", biasName + "_quantized_zero_point")];
    }

    private string Dequantize(string value, string quantized, string scale, string zeroPoint)
    {
        string dequantized = value + "_DequantizeLinear";
        Add(new OnnxNode("DequantizeLinear", [quantized, scale, zeroPoint], [dequantized], dequantized));
        return dequantized;
    }
}
