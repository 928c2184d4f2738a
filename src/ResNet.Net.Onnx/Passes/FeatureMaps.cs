namespace ResNet.Net.Onnx;

/// <summary>Determines whether the operators before a value show that it is <c>[N, C, H, W]</c>. Each value is examined once.</summary>
internal sealed class FeatureMaps(OnnxGraphIndex index)
{
    private readonly Dictionary<string, bool> _known = [];

    public bool Contains(string value)
    {
        // Until the search ends, the values on its path count as unknown, which ends cycles.
        List<string> path = [];
        string? next = value;
        bool isMap = false;
        while (next is not null && !_known.TryGetValue(next, out isMap))
        {
            _known.Add(next, false);
            path.Add(next);
            (isMap, next) = Examine(next);
        }

        foreach (string examined in path)
        {
            _known[examined] = isMap;
        }

        return isMap;
    }

    /// <summary>Examines the producer of a value, which decides or has another value to examine.</summary>
    private (bool IsMap, string? Next) Examine(string value)
    {
        if (index.FindProducer(value) is not OnnxNode node || node.Domain.Length > 0 || node.GetInputOrNull(0) is not string input)
        {
            return (false, null);
        }

        return node.OpType switch
        {
            "Conv" when node.GetInputOrNull(1) is string weight => (index.FindInitializer(weight) is { Shape.Count: 4 }, null),
            "MaxPool" or "AveragePool" => (node.Attributes.GetInts("kernel_shape") is { Length: 2 }, null),
            "Relu" or "Add" or "BatchNormalization" or "GlobalAveragePool" => (false, input),
            _ => (false, null),
        };
    }
}
