using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Finds the quantization step of a model's output.</summary>
internal static class OutputStep
{
    private static readonly string[] Shaping = ["Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"];

    /// <summary>Returns the scale of the DequantizeLinear that computes the output; null if there is none with a constant scale.</summary>
    public static double? Of(OnnxModel model, string output)
    {
        HashSet<OnnxNode> visited = [];
        OnnxNode? node = model.Graph.FindProducer(output);
        for (; node is not null && node.Inputs.Count > 0 && visited.Add(node); node = model.Graph.FindProducer(node.Inputs[0]))
        {
            if (node.OpType == "DequantizeLinear")
            {
                OnnxTensor? scale = node.Inputs.Count > 1 ? model.Graph.FindInitializer(node.Inputs[1]) : null;
                return scale is { ElementType: OnnxElementType.Float, Length: 1 } ? Usable(scale.AsSpan<float>()[0]) : null;
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
