using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>
/// Builds a float model with a side branch for each layer: a copy of the layer with quantized and dequantized inputs, weights and output.
/// The difference between branch and layer is the noise that the layer adds.
/// </summary>
internal static class LayerProbe
{
    /// <returns>The model, and the branch output of each candidate, in the order of the candidates.</returns>
    public static (OnnxModel Model, string[] Branches) Build(
        QuantizationPlan plan, IReadOnlyDictionary<string, QuantizationParameters> parameters, bool reduceRange)
    {
        OnnxModel model = plan.Model.Clone();
        OnnxGraph graph = model.Graph;
        OnnxGraphIndex index = plan.Model.Graph.CreateIndex();

        // The nodes of a second clone become the branches.
        Dictionary<OnnxNode, OnnxNode> copies = new(ReferenceEqualityComparer.Instance);
        foreach ((OnnxNode node, OnnxNode copy) in plan.Model.Graph.Nodes.Zip(plan.Model.Clone().Graph.Nodes))
        {
            copies.Add(node, copy);
        }

        HashSet<string> rounded = [];
        string[] branches = new string[plan.Candidates.Count];
        for (int i = 0; i < branches.Length; i++)
        {
            Layer layer = plan.Candidates[i];
            string prefix = $"probe{i}__";
            OnnxNode node = copies[layer.Node];
            foreach ((string input, int position) in layer.Inputs.Select((input, position) => (input, position)).ToArray())
            {
                node.Inputs[position] = Round(graph, rounded, input, input, parameters[plan.RootOf(input)]);
            }

            if (layer.HasWeights)
            {
                float inputScale = parameters[plan.RootOf(layer.Node.Inputs[0])].Scale;
                ReplaceWeights(graph, index, layer, node, inputScale, reduceRange, prefix);
            }

            node.Name = prefix + "node";
            node.Outputs[0] = prefix + "output";
            graph.Nodes.Add(node);
            string output = node.Outputs[0];
            if (layer.Relu is not null)
            {
                graph.Nodes.Add(new OnnxNode("Relu", [output], [prefix + "relu"], prefix + "relu_node"));
                output = prefix + "relu";
            }

            branches[i] = plan.IsQuantized(layer.Output)
                ? Round(graph, rounded, output, prefix, parameters[plan.RootOf(layer.Output)])
                : output;
        }

        return (model, branches);
    }

    private static void ReplaceWeights(
        OnnxGraph graph, OnnxGraphIndex index, Layer layer, OnnxNode node, float inputScale, bool reduceRange, string prefix)
    {
        OnnxTensor weight = index.FindInitializer(layer.Node.Inputs[1])!;
        OnnxTensor? bias = layer.Node.GetInputOrNull(2) is string name ? index.FindInitializer(name) : null;
        QuantizedWeights quantized = QuantizedWeights.Of(layer, weight, bias, inputScale, reduceRange);
        int inner = layer.ChannelAxis == 0 ? quantized.Values.Length / quantized.Scales.Length : 1;
        node.Inputs[1] = prefix + "weight";
        graph.Initializers.Add(OnnxTensor.Create<float>(node.Inputs[1], [.. weight.Shape], quantized.Dequantize(inner)));
        if (quantized.Bias is not null)
        {
            float[] values = [.. quantized.Bias.Zip(quantized.BiasScales!, (b, s) => b * s)];
            node.Inputs[2] = prefix + "bias";
            graph.Initializers.Add(OnnxTensor.Create<float>(node.Inputs[2], [values.Length], values));
        }
    }

    // Passes a value through QuantizeLinear and DequantizeLinear, once per value.
    private static string Round(OnnxGraph graph, HashSet<string> rounded, string value, string stem, QuantizationParameters parameters)
    {
        string target = $"{stem}__rounded";
        if (rounded.Add(target))
        {
            (string scale, string zeroPoint, string quantized) =
                ($"{target}_scale", $"{target}_zero_point", $"{target}_quantized");
            graph.Initializers.Add(OnnxTensor.Create<float>(scale, [], [parameters.Scale]));
            graph.Initializers.Add(parameters.Type == ActivationType.UInt8
                ? OnnxTensor.Create<byte>(zeroPoint, [], [(byte)parameters.ZeroPoint])
                : OnnxTensor.Create<sbyte>(zeroPoint, [], [(sbyte)parameters.ZeroPoint]));
            graph.Nodes.Add(new OnnxNode("QuantizeLinear", [value, scale, zeroPoint], [quantized], $"{quantized}_node"));
            graph.Nodes.Add(new OnnxNode("DequantizeLinear", [quantized, scale, zeroPoint], [target], $"{target}_node"));
        }

        return target;
    }
}
