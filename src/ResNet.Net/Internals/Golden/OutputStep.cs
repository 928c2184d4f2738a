using ResNet.Net.Onnx;

namespace ResNet.Net.Internals.Golden;

/// <summary>Finds the step in which a quantized model gives its output.</summary>
internal static class OutputStep
{
    private static readonly string[] Shaping = ["Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"];

    /// <summary>The scale of the DequantizeLinear that gives the output; null when something else does, or its scale is no single constant.</summary>
    public static double? Of(OnnxModel model, string output)
    {
        HashSet<OnnxNode> seen = [];
        for (OnnxNode? node = model.Graph.FindProducer(output); node is not null && node.Inputs.Count > 0 && seen.Add(node); node = model.Graph.FindProducer(node.Inputs[0]))
        {
            if (node.OpType == "DequantizeLinear")
            {
                return node.Inputs.Count > 1 && model.Graph.FindInitializer(node.Inputs[1]) is { ElementType: OnnxElementType.Float, Length: 1 } scale
                    ? Usable(scale.AsSpan<float>()[0])
                    : null;
            }

            if (!Shaping.Contains(node.OpType))
            {
                return null;
            }
        }

        return null;
    }

    private static double? Usable(float scale) => float.IsFinite(scale) && scale > 0 ? scale : null;
}
