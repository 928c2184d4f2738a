namespace ResNet.Net.Onnx;

/// <summary>Represents what is known about a value: its rank (null if unknown) and its element type (Undefined if unknown).</summary>
internal readonly record struct ValueFact(int? Rank, OnnxElementType Type);

/// <summary>
/// Infers the ranks and element types of a graph's values from its inputs, initializers and nodes. An inferred fact takes precedence over
/// a declaration in the file.
/// </summary>
internal sealed class ValueFacts
{
    // Far above the rank of any tensor in an image classifier. Only damaged files exceed it.
    private const int MaxRank = 64;

    private readonly Dictionary<string, ValueFact> _facts = [];
    private readonly Dictionary<string, ValueFact> _declared = [];
    private readonly Dictionary<string, OnnxTensor> _constants = [];

    public ValueFacts(OnnxGraph graph)
    {
        foreach (OnnxValueInfo value in graph.Inputs)
        {
            _facts[value.Name] = Of(value);
        }

        foreach (OnnxTensor tensor in graph.Initializers)
        {
            AddConstant(tensor.Name, tensor);
        }

        foreach (OnnxValueInfo value in graph.ValueInfos.Concat(graph.Outputs))
        {
            _declared[value.Name] = Of(value);
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            Add(node);
        }
    }

    public int? Rank(string? value) => Of(value).Rank;

    public OnnxElementType Type(string? value) => Of(value).Type;

    private static ValueFact Of(OnnxValueInfo value) => new(Bounded(value.Shape?.Count), value.ElementType);

    private static int? Bounded(long? rank) => rank is >= 0 and <= MaxRank ? (int)rank : null;

    private ValueFact Of(string? value)
    {
        ValueFact declared = value is null ? default : _declared.GetValueOrDefault(value);
        return value is not null && _facts.TryGetValue(value, out ValueFact fact)
            ? new ValueFact(fact.Rank ?? declared.Rank, fact.Type == OnnxElementType.Undefined ? declared.Type : fact.Type)
            : declared;
    }

    private void AddConstant(string name, OnnxTensor tensor)
    {
        _facts[name] = new ValueFact(Bounded(tensor.Shape.Count), tensor.ElementType);
        _constants[name] = tensor;
    }

    private void Add(OnnxNode node)
    {
        if (node.Outputs.Count == 0)
        {
            return;
        }

        if (node.Is("Constant") && node.Attributes.Contains("value") && node.Attributes.GetTensor("value") is OnnxTensor tensor)
        {
            AddConstant(node.Outputs[0], tensor);
            return;
        }

        ValueFact fact = new(Bounded(RankOf(node)), TypeOf(node));
        foreach (string output in node.Is("Split") ? node.Outputs : node.Outputs.Take(1))
        {
            _facts[output] = fact;
        }
    }

    private long? RankOf(OnnxNode node)
    {
        int? first = Rank(node.GetInputOrNull(0));
        return node.OpType switch
        {
            "Sum" or "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Max" or "Min" or "Mean" => MaxOf(node.Inputs.Select(Rank)),
            "MatMul" => RankOfProduct(first, Rank(node.GetInputOrNull(1))),
            "QLinearMatMul" => RankOfProduct(first, Rank(node.GetInputOrNull(3))),
            "Gemm" or "QGemm" or "FusedGemm" or "Flatten" => 2,
            "Shape" => 1,
            "Reshape" => node.GetInputOrNull(1) is string shape ? LengthOf(shape) : node.Attributes.GetInts("shape")?.Length,
            "ConstantOfShape" => node.GetInputOrNull(0) is string shape ? LengthOf(shape) : null,
            "Constant" => node.Attributes.Contains("value_float") || node.Attributes.Contains("value_int") ? 0 : 1,
            "Squeeze" => first - node.Attributes.GetInts("axes")?.Length,
            "Unsqueeze" => first + node.Attributes.GetInts("axes")?.Length,
            "Expand" => node.GetInputOrNull(1) is string shape && LengthOf(shape) is long rank ? Math.Max(rank, first ?? rank) : null,
            "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" => node.Attributes.GetInt("keepdims", 1) != 0 ? first
                : node.Attributes.GetInts("axes") is { Length: > 0 } axes ? first - axes.Length : 0,
            "Gather" => first + Rank(node.GetInputOrNull(1)) - 1,
            "QLinearConcat" => Rank(node.GetInputOrNull(2)),
            _ => first,
        };
    }

    private OnnxElementType TypeOf(OnnxNode node) => node.OpType switch
    {
        "Shape" => OnnxElementType.Int64,
        "Cast" => NodeEdits.CastType(node) ?? OnnxElementType.Undefined,
        "Constant" => node.Attributes.Contains("value_int") || node.Attributes.Contains("value_ints") ? OnnxElementType.Int64
            : node.Attributes.Contains("value_float") || node.Attributes.Contains("value_floats") ? OnnxElementType.Float
            : OnnxElementType.Undefined,
        "ConstantOfShape" => node.Attributes.GetTensor("value")?.ElementType ?? OnnxElementType.Float,
        "QuantizeLinear" => node.GetInputOrNull(2) is string zeroPoint ? Type(zeroPoint) : OnnxElementType.UInt8,
        "DequantizeLinear" => OnnxElementType.Float,
        "QLinearConv" or "QLinearMatMul" => Type(node.GetInputOrNull(7)),
        _ when node.Domain.Length > 0 => OnnxElementType.Undefined,
        _ => Type(node.GetInputOrNull(0)),
    };

    /// <summary>Gets the number of elements of a constant list.</summary>
    private long? LengthOf(string list)
        => _constants.TryGetValue(list, out OnnxTensor? tensor) && tensor.Shape.Count == 1 ? tensor.Shape[0] : null;

    private static int? MaxOf(IEnumerable<int?> ranks)
    {
        int? max = 0;
        foreach (int? rank in ranks)
        {
            max = rank is null || max is null ? null : Math.Max(rank.Value, max.Value);
        }

        return max;
    }

    private static int? RankOfProduct(int? left, int? right) => (left, right) switch
    {
        (null, _) or (_, null) => null,
        (1, 1) => 0,
        (1, int rank) => rank - 1,
        (int rank, 1) => rank - 1,
        (int a, int b) => Math.Max(a, b),
    };
}
