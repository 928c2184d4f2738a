namespace ResNet.Net.Onnx;

/// <summary>Writes the nodes of quantized operators in a format.</summary>
internal abstract class QuantizedNodes(ImportedGraph graph)
{
    private readonly Dictionary<string, string> _dequantized = [];

    protected ImportedGraph Graph => graph;

    public static QuantizedNodes Create(ImportedGraph graph, QuantizationFormat format)
        => format == QuantizationFormat.QOperator ? new QOperatorNodes(graph) : new QdqNodes(graph);

    /// <summary>Writes a convolution, and returns the node that has its attributes.</summary>
    public abstract OnnxNode Convolve(
        NetworkValue input, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization);

    /// <summary>Writes the sum of two values.</summary>
    public abstract void Add(NetworkValue first, NetworkValue second, string output, ValueQuantization quantization);

    /// <summary>Writes an average over windows, or over the whole map, and returns the node that has its attributes.</summary>
    public abstract OnnxNode Average(NetworkValue input, bool isGlobal, string output, ValueQuantization quantization);

    /// <summary>Writes a dense layer with weights <c>[N, K]</c>.</summary>
    /// <param name="input">The quantization of the features.</param>
    /// <param name="flat">The name of the features, <c>[batch, K]</c>.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="bias">The bias.</param>
    /// <param name="output">The name of the result.</param>
    /// <param name="quantization">The quantization of the result.</param>
    public abstract void Multiply(
        NetworkValue input, string flat, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization);

    /// <summary>Returns the float form of a value, which is written once.</summary>
    public string Dequantize(string value, ValueQuantization quantization)
    {
        if (!_dequantized.TryGetValue(value, out string? name))
        {
            name = graph.Unique($"{value}_dequantized");
            DequantizeTo(value, quantization, name);
            _dequantized.Add(value, name);
        }

        return name;
    }

    public void DequantizeTo(string value, ValueQuantization quantization, string name)
        => graph.Add("DequantizeLinear", [value, quantization.ScaleName, quantization.ZeroPointName], name);

    public void QuantizeTo(string value, ValueQuantization quantization, string name)
        => graph.Add("QuantizeLinear", [value, quantization.ScaleName, quantization.ZeroPointName], name);

    /// <summary>Writes a float operator between DequantizeLinear and QuantizeLinear.</summary>
    protected OnnxNode AddFloat(string opType, IEnumerable<string> inputs, string output, ValueQuantization quantization)
    {
        string result = graph.Unique($"{output}_float");
        OnnxNode node = graph.Add(opType, inputs, result);
        QuantizeTo(result, quantization, output);
        return node;
    }

    protected static string[] Arguments(NetworkValue value)
        => [value.Name, value.Quantization!.ScaleName, value.Quantization.ZeroPointName];
}

/// <summary>Writes integer operators.</summary>
internal sealed class QOperatorNodes(ImportedGraph graph) : QuantizedNodes(graph)
{
    public override OnnxNode Convolve(
        NetworkValue input, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization)
    {
        List<string> inputs = [.. Arguments(input), weights.Name, weights.ScaleName, weights.ZeroPointName, .. Target(quantization)];
        if (bias is not null)
        {
            inputs.Add(bias.Name);
        }

        return Graph.Add("QLinearConv", inputs, output);
    }

    public override void Add(NetworkValue first, NetworkValue second, string output, ValueQuantization quantization)
        => Graph.Add("QLinearAdd", [.. Arguments(first), .. Arguments(second), .. Target(quantization)], output, ImportedGraph.Contrib);

    public override OnnxNode Average(NetworkValue input, bool isGlobal, string output, ValueQuantization quantization)
        => Graph.Add(
            isGlobal ? "QLinearGlobalAveragePool" : "QLinearAveragePool", [.. Arguments(input), .. Target(quantization)], output,
            ImportedGraph.Contrib);

    public override void Multiply(
        NetworkValue input, string flat, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization)
    {
        OnnxNode node = Graph.Add(
            "QGemm",
            [
                flat, .. Arguments(input)[1..], weights.Name, weights.ScaleName, weights.ZeroPointName, bias?.Name ?? string.Empty,
                .. Target(quantization),
            ],
            output, ImportedGraph.Contrib);
        node.Attributes.Set("transB", 1);
    }

    private static string[] Target(ValueQuantization quantization) => [quantization.ScaleName, quantization.ZeroPointName];
}

/// <summary>Writes float operators between DequantizeLinear and QuantizeLinear.</summary>
internal sealed class QdqNodes(ImportedGraph graph) : QuantizedNodes(graph)
{
    public override OnnxNode Convolve(
        NetworkValue input, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization)
        => AddFloat("Conv", Inputs(Dequantize(input.Name, input.Quantization!), weights, bias), output, quantization);

    public override void Add(NetworkValue first, NetworkValue second, string output, ValueQuantization quantization)
        => AddFloat(
            "Add", [Dequantize(first.Name, first.Quantization!), Dequantize(second.Name, second.Quantization!)], output, quantization);

    public override OnnxNode Average(NetworkValue input, bool isGlobal, string output, ValueQuantization quantization)
        => AddFloat(
            isGlobal ? "GlobalAveragePool" : "AveragePool", [Dequantize(input.Name, input.Quantization!)], output, quantization);

    public override void Multiply(
        NetworkValue input, string flat, QuantizedWeights weights, QuantizedBias? bias, string output, ValueQuantization quantization)
    {
        OnnxNode node = AddFloat("Gemm", Inputs(Dequantize(flat, input.Quantization!), weights, bias), output, quantization);
        node.Attributes.Set("transB", 1);
    }

    private string[] Inputs(string input, QuantizedWeights weights, QuantizedBias? bias)
    {
        string filter = Dequantize(weights.Name, weights.ScaleName, weights.ZeroPointName, weights.IsPerChannel);
        if (bias is null)
        {
            return [input, filter];
        }

        long[] shape = bias.Scales.Length == 1 ? [] : [bias.Scales.Length];
        string scale = Graph.Constant<float>($"{bias.Name}_scale", shape, bias.Scales);
        string zeroPoint = Graph.Constant<int>($"{bias.Name}_zero_point", shape, new int[bias.Scales.Length]);
        return [input, filter, Dequantize(bias.Name, scale, zeroPoint, bias.Scales.Length > 1)];
    }

    private string Dequantize(string value, string scale, string zeroPoint, bool isPerChannel)
    {
        string name = Graph.Unique($"{value}_dequantized");
        OnnxNode node = Graph.Add("DequantizeLinear", [value, scale, zeroPoint], name);
        if (isPerChannel)
        {
            node.Attributes.Set("axis", 0);
        }

        return name;
    }
}
