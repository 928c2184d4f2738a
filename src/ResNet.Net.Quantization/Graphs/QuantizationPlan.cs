using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Determines which nodes compute in integers and which values are therefore quantized.</summary>
internal sealed class QuantizationPlan
{
    private readonly Dictionary<OnnxNode, Layer> _layerOf = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<OnnxNode> _integer = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _rootOf = [];

    private QuantizationPlan(OnnxModel model, IReadOnlyList<Layer> candidates, IReadOnlySet<string> inFloat)
    {
        Model = model;
        Candidates = candidates;
        Layers = [.. candidates.Where(l => !inFloat.Contains(l.Name))];
        foreach (Layer layer in Layers)
        {
            _layerOf.Add(layer.Node, layer);
            _integer.Add(layer.Node);
            if (layer.Relu is not null)
            {
                _integer.Add(layer.Relu);
            }
        }

        FindValues();
    }

    /// <summary>Gets the float model, which is not modified.</summary>
    public OnnxModel Model { get; }

    /// <summary>Gets all layers that can compute in integers, in graph order.</summary>
    public IReadOnlyList<Layer> Candidates { get; }

    /// <summary>Gets the layers that compute in integers.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Gets the values whose ranges are calibrated. The other quantized values inherit one of these ranges.</summary>
    public IEnumerable<string> Roots => _rootOf.Values.Distinct();

    public static QuantizationPlan Create(OnnxModel model, IReadOnlySet<string> inFloat)
        => new(model, FindCandidates(model.Graph), inFloat);

    public QuantizationPlan With(IReadOnlySet<string> inFloat) => new(Model, Candidates, inFloat);

    public bool IsQuantized(string value) => _rootOf.ContainsKey(value);

    /// <summary>Returns the value whose range a quantized value inherits: MaxPool, Flatten and the like keep their input's range.</summary>
    public string RootOf(string value) => _rootOf[value];

    /// <summary>Returns whether a node operates on integers.</summary>
    public bool IsInteger(OnnxNode node) => _integer.Contains(node);

    public Layer? LayerOf(OnnxNode node) => _layerOf.GetValueOrDefault(node);

    // Nodes that move or select values without computing new ones.
    private static bool MovesValues(OnnxNode node)
        => node.Domain.Length == 0
            && (node.OpType is "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" or "Transpose"
                || (node.OpType == "MaxPool" && node.Outputs.Count == 1));

    private static List<Layer> FindCandidates(OnnxGraph graph)
    {
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<string> names = [];
        List<Layer> layers = [];
        foreach (OnnxNode node in graph.Nodes)
        {
            if (KindOf(node, index) is not LayerKind kind)
            {
                continue;
            }

            string name = node.Name.Length > 0 && names.Add(node.Name) ? node.Name : node.Outputs[0];
            IReadOnlyList<OnnxNode> consumers = index.FindConsumers(node.Outputs[0]);
            bool hasRelu = kind is LayerKind.Conv or LayerKind.Add
                && consumers.Count == 1
                && consumers[0].Is("Relu")
                && !outputs.Contains(node.Outputs[0]);
            layers.Add(new Layer(name, kind, node, hasRelu ? consumers[0] : null));
        }

        return layers;
    }

    private static LayerKind? KindOf(OnnxNode node, OnnxGraphIndex index)
    {
        if (node.Domain.Length > 0)
        {
            return null;
        }

        bool IsConstant(int input) => index.FindInitializer(node.Inputs[input]) is not null;
        bool HasConstantBias() => node.GetInputOrNull(2) is null || index.FindInitializer(node.Inputs[2]) is { Shape.Count: 1 };
        return node.OpType switch
        {
            "Conv" when !IsConstant(0) && IsConstant(1) && HasConstantBias() => LayerKind.Conv,
            "Gemm" when !IsConstant(0) && IsConstant(1) && HasConstantBias() && IsPlain(node) => LayerKind.Gemm,
            "Add" when !IsConstant(0) && !IsConstant(1) => LayerKind.Add,
            // The integer operator has no dilations, which opset 19 introduced.
            "AveragePool" when node.Attributes.GetInts("dilations")?.All(d => d == 1) != false => LayerKind.AveragePool,
            "GlobalAveragePool" => LayerKind.GlobalAveragePool,
            _ => null,
        };
    }

    private static bool IsPlain(OnnxNode gemm)
        => gemm.Attributes.GetInt("transA", 0) == 0
            && gemm.Attributes.GetFloat("alpha", 1) == 1
            && gemm.Attributes.GetFloat("beta", 1) == 1;

    private void FindValues()
    {
        HashSet<string> inputs = [.. Layers.SelectMany(l => l.Inputs)];
        OnnxGraphIndex index = Model.Graph.CreateIndex();
        foreach (OnnxValueInfo input in Model.Graph.FeedInputs.Where(i => IsLayerInput(i.Name, inputs, index)))
        {
            _rootOf[input.Name] = input.Name;
        }

        HashSet<string> outputs = [.. Layers.Where(l => l.Kind != LayerKind.Gemm).Select(l => l.Output)];
        foreach (OnnxNode node in Model.Graph.Nodes)
        {
            if (MovesValues(node) && _rootOf.TryGetValue(node.Inputs[0], out string? root))
            {
                _rootOf[node.Outputs[0]] = root;
                _integer.Add(node);
                continue;
            }

            foreach (string output in node.Outputs.Where(o => outputs.Contains(o) || IsLayerInput(o, inputs, index)))
            {
                _rootOf[output] = output;
            }
        }
    }

    // Whether a value is the input of a layer, directly or after it was moved.
    private static bool IsLayerInput(string value, HashSet<string> inputs, OnnxGraphIndex index)
        => inputs.Contains(value)
            || index.FindConsumers(value).Any(n => MovesValues(n) && n.Inputs[0] == value && IsLayerInput(n.Outputs[0], inputs, index));
}
