using AttributeType = ResNet.Net.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx;

/// <summary>Checks that the attributes of convolutions and pooling have one value, or two pads, for each spatial dimension.</summary>
internal static class WindowAttributes
{
    private static readonly HashSet<string> Operators =
        ["AveragePool", "Conv", "ConvInteger", "ConvTranspose", "LpPool", "MaxPool", "MaxUnpool", "QLinearConv"];

    public static IEnumerable<string> ProblemsOf(OnnxNode node)
    {
        if (!Operators.Contains(node.OpType) || node.Domain.Length > 0)
        {
            yield break;
        }

        // Without kernel_shape, a Conv takes it from its weights; the other attributes must still agree.
        int? dimensions = LengthOf(node, "kernel_shape") ?? LengthOf(node, "strides") ?? LengthOf(node, "dilations");
        if (node.OpType is "AveragePool" or "MaxPool" && !node.Attributes.Contains("kernel_shape"))
        {
            yield return $"{node} has no attribute 'kernel_shape'";
        }

        foreach ((string name, int perDimension) in new[] { ("strides", 1), ("dilations", 1), ("pads", 2) })
        {
            if (LengthOf(node, name) is int length
                && (dimensions is int count ? length != perDimension * count : length % perDimension != 0))
            {
                string expected = dimensions is int known ? $"{perDimension * known} for {known} spatial dimensions" : "an even number";
                yield return $"the attribute '{name}' of {node} has {length} values, not {expected}";
            }
        }
    }

    private static int? LengthOf(OnnxNode node, string name)
        => node.Proto.Attribute.FirstOrDefault(a => a.Name == name) is { } attribute
            && (!attribute.HasType || attribute.Type == AttributeType.Ints)
                ? attribute.Ints.Count
                : null;
}
