using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Writes the QDQ format: float operators whose quantized values pass through QuantizeLinear and DequantizeLinear.</summary>
/// <remarks>A runtime that recognizes the pattern computes in integers; any other computes nearly the same result in float.</remarks>
internal sealed class QdqWriter(QuantizationPlan plan, IReadOnlyDictionary<string, QuantizationParameters> parameters, bool reduceRange)
    : QuantizedModelWriter(plan, parameters, reduceRange)
{
    protected override void WriteNode(OnnxNode source, OnnxNode node)
    {
        bool isInteger = Plan.IsInteger(source);
        for (int i = 0; i < source.Inputs.Count; i++)
        {
            string value = source.Inputs[i];
            if (Plan.IsQuantized(value) && (isInteger || !ComesFromFloat(value)))
            {
                node.Inputs[i] = Visible(value);
            }
        }

        if (Plan.LayerOf(source) is { HasWeights: true } layer)
        {
            ReplaceWeights(node, layer, WriteWeights(layer));
        }

        Nodes.Add(node);
        for (int i = 0; i < source.Outputs.Count; i++)
        {
            string output = source.Outputs[i];
            if (!Plan.IsQuantized(output))
            {
                continue;
            }

            string given = output;
            if (Visible(output) == output)
            {
                // The graph output keeps its name, so the node's output is renamed.
                given = $"{output}_float";
                node.Outputs[i] = given;
            }

            Quantize(output, given);
            Dequantize(output, Visible(output));
        }
    }

    protected override void WriteBiasScale(WeightNames names, float[] scales)
    {
        Put<float>(names.BiasScale, [scales.Length], scales);
        Put<int>(names.BiasZeroPoint, [scales.Length], new int[scales.Length]);
    }

    protected override void WriteInput(string input)
    {
        Quantize(input, input);
        Dequantize(input, Visible(input));
    }

    // The name by which the float form of a value is known. A graph output that is computed in integers is dequantized to its own name.
    public string Visible(string value) => Outputs.Contains(value) && !ComesFromFloat(value) ? value : Dequantized(value);

    private void ReplaceWeights(OnnxNode node, Layer layer, WeightNames names)
    {
        node.Inputs[1] = Dequantize(names.Weight, names.Scale, names.ZeroPoint, layer.ChannelAxis);
        if (names.Bias is not null)
        {
            node.Inputs[2] = Dequantize(names.Bias, names.BiasScale, names.BiasZeroPoint, 0);
        }
    }

    private string Dequantize(string tensor, string scale, string zeroPoint, int axis)
    {
        string target = Dequantized(tensor);
        OnnxNode node = new("DequantizeLinear", [tensor, scale, zeroPoint], [target], NodeName(target));
        node.Attributes.Set("axis", axis);
        Nodes.Add(node);
        return target;
    }
}
