namespace ResNet.Net.Onnx;

/// <summary>Walks forward from an input to the operators that determine its layout and value range.</summary>
internal sealed class InputUseFinder
{
    // More than any model has between its input and its first layer.
    private const int MaxNodes = 32;

    private static readonly HashSet<string> PlanarOperators =
    [
        "Conv", "ConvInteger", "ConvTranspose", "QLinearConv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool",
        "QLinearAveragePool", "QLinearGlobalAveragePool", "BatchNormalization", "InstanceNormalization", "LRN", "SpaceToDepth",
    ];

    private static readonly HashSet<string> PassThrough =
        ["Cast", "Identity", "Clip", "Relu", "Unsqueeze", "Squeeze", "Pad", "QuantizeLinear", "Floor", "Round"];

    private readonly OnnxModelSummary _summary;
    private double _scale = 1;
    private double _offset;

    public InputUseFinder(OnnxModelSummary summary) => _summary = summary;

    public OnnxInputUse Find(string input)
    {
        bool isNormalization = true;
        for (int i = 0; i < MaxNodes; i++)
        {
            if (ConsumerOf(input) is not { Outputs: [string next, ..] } node)
            {
                break;
            }

            if (PlanarOperators.Contains(node.OpType))
            {
                return Use(OnnxImageLayout.Nchw);
            }

            if (node.OpType == "Transpose")
            {
                OnnxImageLayout layout = LayoutBefore(node.Permutation);
                if (layout != OnnxImageLayout.Unknown)
                {
                    FollowNormalization(next);
                    return Use(layout);
                }

                break;
            }

            bool isKept = PassThrough.Contains(node.OpType);
            isNormalization = isNormalization && (isKept || TryNormalize(node, input));
            if (!isKept && !isNormalization)
            {
                break;
            }

            input = next;
        }

        return Use(OnnxImageLayout.Unknown);
    }

    private static OnnxImageLayout LayoutBefore(IReadOnlyList<long> permutation) => permutation switch
    {
        [0, 3, 1, 2] or [2, 0, 1] => OnnxImageLayout.Nhwc,
        [0, 2, 3, 1] or [1, 2, 0] => OnnxImageLayout.Nchw,
        _ => OnnxImageLayout.Unknown,
    };

    private OnnxInputUse Use(OnnxImageLayout layout) => new(layout, _scale, _offset);

    private void FollowNormalization(string value)
    {
        for (int i = 0; i < MaxNodes && ConsumerOf(value) is { Outputs: [string next, ..] } node; i++)
        {
            if (!PassThrough.Contains(node.OpType) && !TryNormalize(node, value))
            {
                return;
            }

            value = next;
        }
    }

    // Shape only reads the dimensions.
    private NodeSummary? ConsumerOf(string value)
    {
        NodeSummary[] consumers = [.. _summary.Nodes.Where(n => n.OpType != "Shape" && n.Inputs.Contains(value)).Take(2)];
        return consumers is [NodeSummary only] ? only : null;
    }

    private bool TryNormalize(NodeSummary node, string value)
    {
        double? Constant(int index) => index < node.Inputs.Count
            && _summary.SmallConstants.TryGetValue(node.Inputs[index], out double[]? values)
            && values.Length > 0
                ? values.Average()
                : null;

        bool isFirst = node.Inputs[0] == value;
        switch (node.OpType)
        {
            case "Add" when Constant(isFirst ? 1 : 0) is double summand:
                _offset += summand;
                return true;
            case "Sub" when isFirst && Constant(1) is double subtrahend:
                _offset -= subtrahend;
                return true;
            case "Mul" when Constant(isFirst ? 1 : 0) is double factor:
                (_scale, _offset) = (_scale * factor, _offset * factor);
                return true;
            case "Div" when isFirst && Constant(1) is double divisor and not 0:
                (_scale, _offset) = (_scale / divisor, _offset / divisor);
                return true;
            case "DequantizeLinear" when isFirst && Constant(1) is double step:
                (_scale, _offset) = (_scale * step, (_offset - (Constant(2) ?? 0)) * step);
                return true;
            default:
                return false;
        }
    }
}
