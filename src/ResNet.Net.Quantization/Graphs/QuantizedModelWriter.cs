using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Writes a quantized model. Derived classes implement the formats.</summary>
internal abstract class QuantizedModelWriter
{
    private readonly HashSet<string> _names;
    private readonly HashSet<string> _nodeNames;
    private readonly HashSet<string> _written = [];
    private readonly Dictionary<string, string> _quantizedNames = [];
    private readonly Dictionary<string, string> _dequantizedNames = [];
    private readonly IReadOnlyDictionary<string, QuantizationParameters> _parameters;
    private readonly bool _reduceRange;

    protected QuantizedModelWriter(
        QuantizationPlan plan, IReadOnlyDictionary<string, QuantizationParameters> parameters, bool reduceRange)
    {
        Plan = plan;
        _parameters = parameters;
        _reduceRange = reduceRange;
        Model = plan.Model.Clone();
        OnnxGraph graph = Model.Graph;
        _names =
        [
            .. graph.Initializers.Select(t => t.Name), .. graph.Inputs.Select(i => i.Name), .. graph.Nodes.SelectMany(n => n.Outputs),
        ];
        _nodeNames = [.. graph.Nodes.Select(n => n.Name)];
        Outputs = [.. graph.Outputs.Select(o => o.Name)];
        Index = plan.Model.Graph.CreateIndex();
    }

    protected QuantizationPlan Plan { get; }

    /// <summary>Gets the model that is written, a copy of the float model.</summary>
    protected OnnxModel Model { get; }

    /// <summary>Gets the index of the float model.</summary>
    protected OnnxGraphIndex Index { get; }

    /// <summary>Gets the names of the graph's outputs.</summary>
    protected HashSet<string> Outputs { get; }

    /// <summary>Gets the nodes written so far.</summary>
    protected List<OnnxNode> Nodes { get; } = [];

    public static OnnxModel Write(
        QuantizationPlan plan, IReadOnlyDictionary<string, QuantizationParameters> parameters, QuantizationFormat format, bool reduceRange)
    {
        QuantizedModelWriter writer = format == QuantizationFormat.Qdq
            ? new QdqWriter(plan, parameters, reduceRange)
            : new QOperatorWriter(plan, parameters, reduceRange);
        return writer.Write();
    }

    /// <summary>Returns the name of a value's dequantized form.</summary>
    public string Dequantized(string value) => Derived(_dequantizedNames, value, "dequantized");

    public OnnxModel Write()
    {
        OnnxGraph graph = Model.Graph;
        foreach (OnnxValueInfo input in graph.FeedInputs.Where(i => Plan.IsQuantized(i.Name)).ToArray())
        {
            WriteInput(input.Name);
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            WriteNode(Plan.Model.Graph.Nodes[i], graph.Nodes[i]);
        }

        graph.Nodes.Clear();
        Nodes.ForEach(graph.Nodes.Add);
        graph.RemoveUnused();
        Model.ThrowIfInvalid();
        return Model;
    }

    protected abstract void WriteNode(OnnxNode source, OnnxNode node);

    /// <summary>Writes the quantization of a graph's input.</summary>
    protected abstract void WriteInput(string input);

    /// <summary>Returns the name of a value's quantized form.</summary>
    protected string Quantized(string value) => Derived(_quantizedNames, value, "quantized");

    protected QuantizationParameters ParametersOf(string value) => _parameters[Plan.RootOf(value)];

    /// <summary>Returns whether a value is a graph input or the output of a node that doesn't operate on integers.</summary>
    protected bool ComesFromFloat(string value) => Index.FindProducer(value) is not OnnxNode producer || !Plan.IsInteger(producer);

    /// <summary>Writes the quantization of a float value.</summary>
    protected void Quantize(string value, string source)
    {
        (string scale, string zeroPoint) = ScaleOf(value);
        Nodes.Add(new OnnxNode("QuantizeLinear", [source, scale, zeroPoint], [Quantized(value)], NodeName(Quantized(value))));
    }

    protected void Dequantize(string value, string target)
    {
        (string scale, string zeroPoint) = ScaleOf(value);
        Nodes.Add(new OnnxNode("DequantizeLinear", [Quantized(value), scale, zeroPoint], [target], NodeName(target)));
    }

    /// <summary>Returns the initializers of a value's scale and zero point, and adds them the first time.</summary>
    protected (string Scale, string ZeroPoint) ScaleOf(string value)
    {
        string root = Plan.RootOf(value);
        (string scale, string zeroPoint) = ($"{root}_scale", $"{root}_zero_point");
        if (_written.Add(root))
        {
            QuantizationParameters parameters = _parameters[root];
            Put<float>(scale, [], [parameters.Scale]);
            if (parameters.Type == ActivationType.UInt8)
            {
                Put<byte>(zeroPoint, [], [(byte)parameters.ZeroPoint]);
            }
            else
            {
                Put<sbyte>(zeroPoint, [], [(sbyte)parameters.ZeroPoint]);
            }
        }

        return (scale, zeroPoint);
    }

    /// <summary>Writes the weights of a layer and returns their names.</summary>
    protected WeightNames WriteWeights(Layer layer)
    {
        OnnxTensor weight = Index.FindInitializer(layer.Node.Inputs[1])!;
        OnnxTensor? bias = layer.Node.GetInputOrNull(2) is string name ? Index.FindInitializer(name) : null;
        QuantizedWeights quantized = QuantizedWeights.Of(layer, weight, bias, ParametersOf(layer.Node.Inputs[0]).Scale, _reduceRange);
        long channels = quantized.Scales.Length;

        // Named after the layer: two layers may share weights, but not the scale of their inputs.
        string stem = layer.Node.Outputs[0];
        WeightNames names = new(
            $"{stem}_weight_quantized",
            $"{stem}_weight_scale",
            $"{stem}_weight_zero_point",
            quantized.Bias is null ? null : $"{stem}_bias_quantized",
            $"{stem}_bias_scale",
            $"{stem}_bias_zero_point");
        Put<sbyte>(names.Weight, [.. weight.Shape], quantized.Values);
        Put<float>(names.Scale, [channels], quantized.Scales);
        Put<sbyte>(names.ZeroPoint, [channels], new sbyte[channels]);
        if (names.Bias is not null)
        {
            Put<int>(names.Bias, [channels], quantized.Bias);
            WriteBiasScale(names, quantized.BiasScales!);
        }

        return names;
    }

    /// <summary>Returns a node name that is not in use; ONNX Runtime rejects duplicates.</summary>
    protected string NodeName(string output)
    {
        string name = $"{output}_node";
        for (int number = 1; !_nodeNames.Add(name); number++)
        {
            name = $"{output}_node_{number}";
        }

        return name;
    }

    protected virtual void WriteBiasScale(WeightNames names, float[] scales)
    {
    }

    protected void Put<T>(string name, long[] dims, ReadOnlySpan<T> values)
        where T : unmanaged
        => Model.Graph.Initializers.Add(_names.Add(name)
            ? OnnxTensor.Create(name, dims, values)
            : throw NameInUse(name));

    private string Derived(Dictionary<string, string> names, string value, string ending)
    {
        if (!names.TryGetValue(value, out string? name))
        {
            name = $"{value}_{ending}";
            names[value] = _names.Add(name) ? name : throw NameInUse(name);
        }

        return name;
    }

    private static QuantizationException NameInUse(string name)
        => new($"The model already has a value named '{name}', a name that the quantized model needs. Rename the value.");

    /// <summary>Represents the names of a layer's quantized weights.</summary>
    protected sealed record WeightNames(
        string Weight, string Scale, string ZeroPoint, string? Bias, string BiasScale, string BiasZeroPoint);
}
