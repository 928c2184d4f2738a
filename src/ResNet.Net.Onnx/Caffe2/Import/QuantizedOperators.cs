namespace ResNet.Net.Onnx;

/// <summary>Imports the operators of int8 networks, with the arithmetic of the engine DNNLOWP.</summary>
internal sealed class QuantizedOperators(ImportedGraph graph, NetworkVariables variables, WeightWriter weights, QuantizedNodes nodes)
{
    private const string RowwiseEngine = "DNNLOWP_ROWWISE";

    /// <summary>Gets the supported operators by type.</summary>
    public IEnumerable<KeyValuePair<string, OperatorImport>> All =>
    [
        new("Int8Quantize", Quantize),
        new("Int8Dequantize", Dequantize),
        new("Int8Conv", op => Convolve(op, isRectified: false)),
        new("Int8ConvRelu", op => Convolve(op, isRectified: true)),
        new("Int8Sum", op => Add(op, isRectified: false)),
        new("Int8SumRelu", op => Add(op, isRectified: true)),
        new("Int8Add", op => Add(op, isRectified: false)),
        new("Int8AddRelu", op => Add(op, isRectified: true)),
        new("Int8Relu", Rectify),
        new("Int8MaxPool", PoolMaximum),
        new("Int8AveragePool", PoolAverage),
        new("Int8FC", Multiply),
    ];

    private NetworkValue Quantize(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = variables.Float(op, 0);
        string output = variables.NameOf(op);
        ValueQuantization quantization = QuantizationOf(op, output, isRectified: false);
        nodes.QuantizeTo(input.Name, quantization, output);
        return input with { Name = output, Quantization = quantization };
    }

    private NetworkValue Dequantize(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = variables.Quantized(op, 0);
        string output = variables.NameOf(op);
        nodes.DequantizeTo(input.Name, input.Quantization!, output);
        return input with { Name = output, Quantization = null };
    }

    private NetworkValue Convolve(OperatorReader op, bool isRectified)
    {
        op.RequireInputs(2, 3);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Quantized(op, 0));
        OperatorWindow window = OperatorWindow.Read(op);
        int groups = op.Int("group", 1, 1, int.MaxValue);
        FilledBlob blob = variables.Weights(op, 1);
        (long[] shape, int area) = SharedOperators.FilterOf(op, blob, input, window, groups);
        (long height, long width) = window.OutputOf(op, input);
        QuantizedWeights filter = weights.Int8(op, blob, shape, area, IsPerChannel(op));
        QuantizedBias? bias = Bias(op, input, filter, shape[0]);
        string output = variables.NameOf(op);
        ValueQuantization quantization = QuantizationOf(op, output, isRectified);
        OnnxNode node = nodes.Convolve(input, filter, bias, output, quantization);
        window.Write(node);
        node.Attributes.Set("group", groups);
        return new NetworkValue(output, shape[0], height, width) { Quantization = quantization, IsNhwc = op.IsNhwc() };
    }

    private NetworkValue Add(OperatorReader op, bool isRectified)
    {
        op.RequireInputs(2, 2);
        NetworkValue first = variables.Quantized(op, 0);
        NetworkValue second = variables.Quantized(op, 1);
        SharedOperators.RequireEqualShapes(op, first, second);
        string output = variables.NameOf(op);
        ValueQuantization quantization = QuantizationOf(op, output, isRectified);
        nodes.Add(first, second, output, quantization);
        return first with { Name = output, Quantization = quantization };
    }

    // The result has the scale and the zero point of the input. No value is below a zero point of 0.
    private NetworkValue Rectify(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = variables.Quantized(op, 0);
        return input.Quantization!.ZeroPoint == 0
            ? input
            : input with { Name = graph.Add("Clip", [input.Name, input.Quantization.ZeroPointName], variables.NameOf(op)).Outputs[0] };
    }

    // The result has the scale and the zero point of the input.
    private NetworkValue PoolMaximum(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Quantized(op, 0));
        OperatorWindow window = OperatorWindow.ReadPool(op, input);
        (long height, long width) = window.OutputOf(op, input);
        bool isNhwc = SharedOperators.LayoutOf(op, input);
        OnnxNode node = graph.Add("MaxPool", [input.Name], variables.NameOf(op));
        window.Write(node);
        return input with { Name = node.Outputs[0], Height = height, Width = width, IsNhwc = isNhwc };
    }

    private NetworkValue PoolAverage(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Quantized(op, 0));
        OperatorWindow window = OperatorWindow.ReadPool(op, input);
        (long height, long width) = window.OutputOf(op, input);
        bool isNhwc = SharedOperators.LayoutOf(op, input);
        if (op.Int("count_include_pad") is not (null or 0))
        {
            throw op.Error("the argument 'count_include_pad' is not supported for int8");
        }

        bool isGlobal = window.Spans(input);
        string output = variables.NameOf(op);
        ValueQuantization quantization = QuantizationOf(op, output, isRectified: false);
        OnnxNode node = nodes.Average(input, isGlobal, output, quantization);
        if (!isGlobal)
        {
            window.Write(node);
        }

        return input with { Name = output, Height = height, Width = width, IsNhwc = isNhwc, Quantization = quantization };
    }

    private NetworkValue Multiply(OperatorReader op)
    {
        op.RequireInputs(2, 3);
        NetworkValue input = variables.Quantized(op, 0);
        FilledBlob blob = variables.Weights(op, 1);
        (long[] shape, int area) = SharedOperators.MatrixOf(op, blob, input);
        QuantizedWeights matrix = weights.Int8(op, blob, shape, area, IsPerChannel(op));
        QuantizedBias? bias = Bias(op, input, matrix, shape[0]);
        string output = variables.NameOf(op);
        ValueQuantization quantization = QuantizationOf(op, output, isRectified: false);
        nodes.Multiply(input, graph.Flatten(input), matrix, bias, output, quantization);
        return new NetworkValue(output, shape[0], 1, 1) { IsFlat = true, Quantization = quantization };
    }

    private QuantizedBias? Bias(OperatorReader op, NetworkValue input, QuantizedWeights weight, long channels)
        => op.Inputs.Count < 3 ? null : weights.Bias(op, variables.Weights(op, 2), input.Quantization!.Scale, weight, channels);

    private static bool IsPerChannel(OperatorReader op) => op.Engine.StartsWith(RowwiseEngine, StringComparison.Ordinal);

    // Rectified results use the whole range of a byte above zero.
    private ValueQuantization QuantizationOf(OperatorReader op, string output, bool isRectified)
    {
        (float scale, byte zeroPoint) = op.OutputQuantization();
        return isRectified && zeroPoint > 0
            ? graph.Quantization(output, op.Scale(scale * (byte.MaxValue - zeroPoint) / byte.MaxValue, "Y_scale"), 0)
            : graph.Quantization(output, scale, zeroPoint);
    }
}
