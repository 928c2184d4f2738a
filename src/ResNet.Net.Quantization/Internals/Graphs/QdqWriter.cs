using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>
/// The QDQ format: the float operators stay, and every quantized value goes through QuantizeLinear and DequantizeLinear. A runtime that knows them computes in integers, any other
/// gets nearly the same result in float.
/// </summary>
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

        string output = source.Outputs[0];
        Nodes.Add(node);
        if (!Plan.IsQuantized(output))
        {
            return;
        }

        string given = output;
        if (Visible(output) == output)
        {
            // The graph's output keeps its name: what the node gives gets another.
            given = $"{output}_float";
            node.Outputs[0] = given;
        }

        Quantize(output, given);
        Dequantize(output, Visible(output));
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

    // A graph's output that integers make is seen dequantized; one that float arithmetic makes, as it is.
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
        OnnxNode node = new("DequantizeLinear", [tensor, scale, zeroPoint], [target], $"{target}_node");
        node.Attributes.Set("axis", axis);
        Nodes.Add(node);
        return target;
    }
}
