namespace ResNet.Net.Onnx;

/// <summary>
/// Infers the shapes of values that are fixed. The operators of image classifiers are known; for others, a shape that the file declares is
/// used.
/// </summary>
internal sealed class StaticShapes
{
    /// <summary>The highest rank, far above that of any tensor in an image classifier. Values of a higher one have no shape.</summary>
    public const int MaxRank = 64;

    private static readonly HashSet<string> SameShape =
    [
        "Abs", "BatchNormalization", "Cast", "Ceil", "Clip", "DequantizeLinear", "Dropout", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LRN", "LeakyRelu", "Log", "LogSoftmax", "Mish", "Neg", "PRelu",
        "QuantizeLinear", "Relu", "Selu", "Sigmoid", "Softmax", "Softplus", "Softsign", "Sqrt", "Tanh", "ThresholdedRelu",
    ];

    private readonly Dictionary<string, long[]> _shapes = [];
    private readonly IReadOnlyDictionary<string, OnnxTensor> _constants;

    /// <param name="graph">The graph. Nodes that precede their producers get no shapes.</param>
    /// <param name="constants">The constants, by name.</param>
    public StaticShapes(OnnxGraph graph, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        _constants = constants;
        foreach (OnnxValueInfo value in graph.Inputs.Concat(graph.ValueInfos))
        {
            if (value.Shape is { Count: <= MaxRank } shape && shape.All(d => d.Value is >= 0))
            {
                _shapes[value.Name] = [.. shape.Select(d => d.Value!.Value)];
            }
        }

        foreach ((string name, OnnxTensor tensor) in constants)
        {
            _shapes[name] = [.. tensor.Shape];
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            if (node.Outputs is [{ Length: > 0 } output, ..] && node.Domain.Length == 0 && Infer(node) is { Length: <= MaxRank } shape
                && TensorData.LengthOf(shape) is not null)
            {
                _shapes[output] = shape;
            }
        }
    }

    /// <summary>Gets the shape of a value; null if it is not fixed or unknown.</summary>
    public long[]? Of(string? value) => value is null ? null : _shapes.GetValueOrDefault(value);

    private long[]? Infer(OnnxNode node)
    {
        if (Of(node.GetInputOrNull(0)) is not long[] first)
        {
            return null;
        }

        long[]? second = Of(node.GetInputOrNull(1));
        OnnxAttributes attributes = node.Attributes;
        return node.OpType switch
        {
            string op when SameShape.Contains(op) => first,
            "Add" or "Sub" or "Mul" or "Div" or "Sum" or "Pow" or "Max" or "Min" => Broadcast(node.Inputs.Select(Of)),
            "Conv" => second?.Length == first.Length && first.Length >= 3
                ? Slide(node, first, attributes.GetInts("kernel_shape") ?? second[2..], second[0])
                : null,
            "MaxPool" or "AveragePool" or "LpPool" => first.Length >= 3 && attributes.GetInts("kernel_shape") is long[] kernel
                ? Slide(node, first, kernel, first[1])
                : null,
            "GlobalAveragePool" or "GlobalMaxPool" => first.Length < 2 ? null : [first[0], first[1], .. first.Skip(2).Select(_ => 1L)],
            "Flatten" => Flatten(first, attributes.GetInt("axis", 1)),
            "Gemm" => first.Length == 2 && second?.Length == 2
                ? [first[attributes.GetInt("transA", 0) != 0 ? 1 : 0], second[attributes.GetInt("transB", 0) != 0 ? 0 : 1]]
                : null,
            "MatMul" => first.Length >= 2 && second?.Length == 2 ? [.. first[..^1], second[1]] : null,
            "Transpose" => attributes.GetInts("perm") is not long[] order ? [.. first.Reverse()]
                : order.Length == first.Length && order.All(i => i >= 0 && i < first.Length) ? [.. order.Select(i => first[i])]
                : null,
            "Reshape" => IntegersOf(node, 1) is long[] requested ? Reshape(first, requested, attributes.GetInt("allowzero", 0) != 0) : null,
            "Concat" => Concat([.. node.Inputs.Select(Of)], attributes.GetInt("axis", 1)),
            "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" => Reduce(node, first),
            "Pad" => (attributes.GetInts("pads") ?? IntegersOf(node, 1)) is long[] pads && pads.Length == 2 * first.Length
                && node.GetInputOrNull(3) is null && pads.All(p => Math.Abs(p) <= int.MaxValue)
                    ? [.. first.Select((d, i) => d + pads[i] + pads[i + first.Length])]
                    : null,
            "Unsqueeze" => (attributes.GetInts("axes") ?? IntegersOf(node, 1)) is long[] axes ? Unsqueeze(first, axes) : null,
            "Squeeze" => Squeeze(first, attributes.GetInts("axes") ?? IntegersOf(node, 1)),
            _ => null,
        };
    }

    private long[]? IntegersOf(OnnxNode node, int input)
        => node.GetInputOrNull(input) is string name && _constants.TryGetValue(name, out OnnxTensor? tensor)
            ? FoldableOperators.Integers(tensor)
            : null;

    private static long[]? Broadcast(IEnumerable<long[]?> shapes)
    {
        long[] result = [];
        foreach (long[]? shape in shapes)
        {
            if (shape is null)
            {
                return null;
            }

            long[] longer = shape.Length > result.Length ? [.. shape] : result;
            long[] shorter = shape.Length > result.Length ? result : shape;
            for (int i = 1; i <= shorter.Length; i++)
            {
                if (longer[^i] != shorter[^i] && longer[^i] != 1 && shorter[^i] != 1)
                {
                    return null;
                }

                longer[^i] = longer[^i] == 1 ? shorter[^i] : longer[^i];
            }

            result = longer;
        }

        return result;
    }

    /// <summary>Gets the shape after a window slides over the spatial dimensions.</summary>
    private static long[]? Slide(OnnxNode node, long[] input, long[] kernel, long channels)
    {
        int spatial = input.Length - 2;
        long[] ones = [.. Enumerable.Repeat(1L, spatial)];
        long[] strides = node.Attributes.GetInts("strides") ?? ones;
        long[] dilations = node.Attributes.GetInts("dilations") ?? ones;
        long[] pads = node.Attributes.GetInts("pads") ?? new long[2 * spatial];
        string autoPad = node.Attributes.GetString("auto_pad", "NOTSET");
        bool isSame = autoPad is "SAME_UPPER" or "SAME_LOWER";
        bool isSane = kernel.Length == spatial && strides.Length == spatial && dilations.Length == spatial && pads.Length == 2 * spatial
            && kernel.Concat(strides).Concat(dilations).All(v => v is > 0 and < int.MaxValue) && pads.All(p => p is >= 0 and < int.MaxValue)
            && input.All(d => d < int.MaxValue);

        // Runtimes round differently in ceil_mode, so its shapes are not inferred.
        if (!isSane || node.Attributes.GetInt("ceil_mode", 0) != 0)
        {
            return null;
        }

        long[] output = [input[0], channels, .. ones];
        for (int i = 0; i < spatial; i++)
        {
            long padding = autoPad == "VALID" ? 0 : pads[i] + pads[i + spatial];
            long window = ((kernel[i] - 1) * dilations[i]) + 1;
            long free = input[i + 2] + padding - window;
            if (!isSame && free < 0)
            {
                return null;
            }

            output[i + 2] = isSame ? (input[i + 2] + strides[i] - 1) / strides[i] : (free / strides[i]) + 1;
        }

        return output;
    }

    private static long[]? Flatten(long[] shape, long axis)
    {
        axis = axis < 0 ? axis + shape.Length : axis;
        return axis >= 0 && axis <= shape.Length
            && TensorData.LengthOf(shape.AsSpan(0, (int)axis)) is long rows && TensorData.LengthOf(shape.AsSpan((int)axis)) is long columns
                ? [rows, columns]
                : null;
    }

    private static long[]? Reshape(long[] shape, long[] requested, bool keepsZero)
    {
        long[] result = [.. requested.Select((d, i) => d == 0 && !keepsZero && i < shape.Length ? shape[i] : d)];
        int open = Array.IndexOf(result, -1);
        long? length = TensorData.LengthOf(shape);
        if (open >= 0)
        {
            result[open] = 1;
            long? known = TensorData.LengthOf(result);
            if (known is not > 0 || length is null || length % known != 0)
            {
                return null;
            }

            result[open] = length.Value / known.Value;
        }

        return length is not null && TensorData.LengthOf(result) == length ? result : null;
    }

    private static long[]? Concat(long[]?[] shapes, long axis)
    {
        long[]? result = shapes[0] is long[] first ? [.. first] : null;
        if (result is null || shapes.Any(s => s?.Length != result.Length) || axis < -result.Length || axis >= result.Length)
        {
            return null;
        }

        axis = axis < 0 ? axis + result.Length : axis;
        result[axis] = shapes.Aggregate(0L, (sum, s) => unchecked(sum + s![axis])); // a negative sum is rejected as a shape
        return result;
    }

    private long[]? Reduce(OnnxNode node, long[] shape)
    {
        long[]? axes = node.Attributes.GetInts("axes") ?? IntegersOf(node, 1);
        if (axes is not { Length: > 0 } || axes.Any(a => a < -shape.Length || a >= shape.Length))
        {
            return null;
        }

        HashSet<long> reduced = [.. axes.Select(a => a < 0 ? a + shape.Length : a)];
        return node.Attributes.GetInt("keepdims", 1) != 0
            ? [.. shape.Select((d, i) => reduced.Contains(i) ? 1 : d)]
            : [.. shape.Where((_, i) => !reduced.Contains(i))];
    }

    private static long[]? Unsqueeze(long[] shape, long[] axes)
    {
        int rank = shape.Length + axes.Length;
        HashSet<long> added = [.. axes.Select(a => a < 0 ? a + rank : a)];
        if (added.Count != axes.Length || added.Any(a => a < 0 || a >= rank))
        {
            return null;
        }

        int next = 0;
        return [.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : shape[next++])];
    }

    private static long[]? Squeeze(long[] shape, long[]? axes)
    {
        HashSet<long>? removed = axes is null ? null : [.. axes.Select(a => a < 0 ? a + shape.Length : a)];
        return removed is null ? null : [.. shape.Where((_, i) => !removed.Contains(i))];
    }
}
