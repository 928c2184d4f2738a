using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>
/// Writes the QOperator format, as the zoo's int8 file: integer operators of ONNX and of ONNX Runtime's <c>com.microsoft</c> domain.
/// </summary>
/// <remarks>
/// A Relu becomes the lower bound of its layer's range. The operators are documented at
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
/// </remarks>
internal sealed class QOperatorWriter(
    QuantizationPlan plan, IReadOnlyDictionary<string, QuantizationParameters> parameters, bool reduceRange)
    : QuantizedModelWriter(plan, parameters, reduceRange)
{
    private const string Contrib = "com.microsoft";

    private readonly HashSet<string> _dequantized = [];

    protected override void WriteNode(OnnxNode source, OnnxNode node)
    {
        if (Plan.LayerOf(source) is Layer layer)
        {
            WriteLayer(layer, node);
            WriteOutput(layer.Output);
        }
        else if (!Plan.IsInteger(source))
        {
            WriteFloat(source, node);
        }
        else if (source.Is("Relu"))
        {
            // The preceding layer clips at its zero point.
        }
        else
        {
            node.Inputs[0] = Quantized(source.Inputs[0]);
            node.Outputs[0] = Quantized(source.Outputs[0]);
            Nodes.Add(node);
            WriteOutput(source.Outputs[0]);
        }
    }

    protected override void WriteInput(string input) => Quantize(input, input);

    private void WriteLayer(Layer layer, OnnxNode node)
    {
        string[] input = [.. layer.Inputs.SelectMany(Operand)];
        switch (layer.Kind)
        {
            case LayerKind.Conv:
                WeightNames conv = WriteWeights(layer);
                string[] bias = conv.Bias is null ? [] : [conv.Bias];
                Replace(node, "QLinearConv", "", [.. input, conv.Weight, conv.Scale, conv.ZeroPoint, .. Target(layer), .. bias], layer);
                break;
            case LayerKind.Gemm:
                // Without an output scale the output is float, so that logits aren't rounded.
                WeightNames gemm = WriteWeights(layer);
                string[] target = Plan.IsQuantized(layer.Output) ? Target(layer) : [];
                string gemmBias = gemm.Bias ?? "";
                Replace(node, "QGemm", Contrib, [.. input, gemm.Weight, gemm.Scale, gemm.ZeroPoint, gemmBias, .. target], layer);
                node.Attributes.Remove("beta");
                break;
            case LayerKind.Add:
                Replace(node, "QLinearAdd", Contrib, [.. input, .. Target(layer)], layer);
                break;
            case LayerKind.AveragePool:
                Replace(node, "QLinearAveragePool", Contrib, [.. input, .. Target(layer)], layer);
                break;
            default:
                Replace(node, "QLinearGlobalAveragePool", Contrib, [.. input, .. Target(layer)], layer);
                break;
        }
    }

    private string[] Operand(string value)
    {
        (string scale, string zeroPoint) = ScaleOf(value);
        return [Quantized(value), scale, zeroPoint];
    }

    private string[] Target(Layer layer)
    {
        (string scale, string zeroPoint) = ScaleOf(layer.Output);
        return [scale, zeroPoint];
    }

    private void Replace(OnnxNode node, string opType, string domain, string[] inputs, Layer layer)
    {
        node.OpType = opType;
        if (domain.Length > 0)
        {
            node.Domain = domain;
            Model.SetOpset(domain, 1);
        }

        node.Inputs.Clear();
        foreach (string input in inputs)
        {
            node.Inputs.Add(input);
        }

        node.Outputs[0] = Plan.IsQuantized(layer.Output) ? Quantized(layer.Output) : layer.Output;
        Nodes.Add(node);
    }

    private void WriteFloat(OnnxNode source, OnnxNode node)
    {
        for (int i = 0; i < source.Inputs.Count; i++)
        {
            string value = source.Inputs[i];
            if (Plan.IsQuantized(value) && !ComesFromFloat(value))
            {
                node.Inputs[i] = Outputs.Contains(value) ? value : Dequantized(value);
                if (!Outputs.Contains(value) && _dequantized.Add(value))
                {
                    Dequantize(value, Dequantized(value));
                }
            }
        }

        Nodes.Add(node);
        foreach (string output in source.Outputs.Where(Plan.IsQuantized))
        {
            Quantize(output, output);
        }
    }

    private void WriteOutput(string value)
    {
        if (Outputs.Contains(value) && Plan.IsQuantized(value))
        {
            Dequantize(value, value);
        }
    }
}
