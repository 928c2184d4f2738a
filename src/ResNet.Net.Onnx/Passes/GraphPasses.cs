
namespace ResNet.Net.Onnx;

/// <summary>
/// Provides passes that simplify a graph without changing what it computes, up to rounding. They expect opset 7 or later, and weights
/// that are not graph inputs: call <see cref="OnnxGraph.DropInitializerInputs"/> first.
/// </summary>
public static class GraphPasses
{
    /// <summary>Converts <c>Constant</c> nodes with a tensor, numbers or lists of numbers to initializers.</summary>
    /// <param name="graph">The graph to edit.</param>
    /// <returns>The number of converted nodes.</returns>
    public static int InlineConstants(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        int count = 0;
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            OnnxNode node = graph.Nodes[i];
            if (ConstantNode.TensorOf(node) is OnnxTensor tensor && !outputs.Contains(node.Outputs[0]))
            {
                graph.Initializers.Add(tensor.WithName(node.Outputs[0]));
                graph.Nodes.RemoveAt(i);
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// Removes nodes that return their input: <c>Identity</c>, and <c>Dropout</c> at inference. Nodes directly between a graph input and a
    /// graph output are kept.
    /// </summary>
    /// <param name="graph">The graph to edit. The names of its outputs don't change.</param>
    /// <returns>The number of removed nodes.</returns>
    public static int RemoveIdentities(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int removed = 0;
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            OnnxNode node = graph.Nodes[i];
            OnnxGraphIndex index = graph.CreateIndex();
            if ((Is(node, "Identity", 1) || IsInferenceDropout(node, index)) && TryBypass(graph, index, node))
            {
                graph.Nodes.Remove(node);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Replaces each <c>Sum</c> by <c>Add</c> nodes: one for two values, a chain for more.</summary>
    /// <param name="graph">The graph to edit.</param>
    /// <returns>The number of replaced <c>Sum</c> nodes.</returns>
    public static int SplitSums(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int count = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            OnnxNode node = graph.Nodes[i];
            if (!Is(node, "Sum", 1) || node.Inputs.Any(i => i.Length == 0))
            {
                continue;
            }

            count++;
            while (node.Inputs.Count > 2)
            {
                string partial = graph.CreateUniqueName($"{node.Outputs[0]}_partial");
                graph.Nodes.Insert(i++, new OnnxNode("Add", node.Inputs.Take(2), [partial], partial));
                node.Inputs.RemoveAt(0);
                node.Inputs[0] = partial;
            }

            node.OpType = node.Inputs.Count == 2 ? "Add" : "Identity";
        }

        return count;
    }

    /// <summary>
    /// Folds each <c>BatchNormalization</c> into the preceding <c>Conv</c>, if nothing else consumes that node's output: <c>w' = w a</c>,
    /// <c>b' = (b - mean) a + beta</c>, <c>a = gamma / sqrt(variance + epsilon)</c>, computed in double precision. Other nodes, such as
    /// those after an <c>Add</c>, are kept.
    /// </summary>
    /// <param name="graph">The graph to edit. The output of the <c>Conv</c> gets the name of the normalized value.</param>
    /// <returns>The number of folded nodes.</returns>
    public static int FoldBatchNormalization(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> folded = [];
        HashSet<string> names = graph.Names();
        foreach (OnnxNode node in graph.Nodes)
        {
            if (!Is(node, "BatchNormalization", 5) || ChannelScaling.TryRead(node, index) is not ChannelScaling scaling
                || index.FindProducer(node.Inputs[0]) is not OnnxNode conv || !Is(conv, "Conv", 2) || folded.Contains(conv)
                || index.FindConsumers(node.Inputs[0]).Count != 1 || outputs.Contains(node.Inputs[0])
                || index.FindInitializer(conv.Inputs[1]) is not OnnxTensor weight || weight.ElementType != OnnxElementType.Float
                || weight.Shape.Count < 3 || weight.Shape[0] != scaling.Channels)
            {
                continue;
            }

            OnnxTensor? bias = conv.GetInputOrNull(2) is string biasName ? index.FindInitializer(biasName) : null;
            if (conv.GetInputOrNull(2) is not null
                && (bias is not { ElementType: OnnxElementType.Float } || bias.Length != scaling.Channels))
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.Apply(weight.AsSpan<float>(), bias is null ? default : bias.AsSpan<float>());
            string foldedWeight = AddUniqueName(names, $"{weight.Name}_folded");
            string foldedBias = AddUniqueName(names, $"{bias?.Name ?? node.Inputs[2]}_folded");
            graph.Initializers.Add(OnnxTensor.Create<float>(foldedWeight, [.. weight.Shape], weights));
            graph.Initializers.Add(OnnxTensor.Create<float>(foldedBias, [scaling.Channels], biases));
            conv.Inputs[1] = foldedWeight;
            if (conv.Inputs.Count > 2)
            {
                conv.Inputs[2] = foldedBias;
            }
            else
            {
                conv.Inputs.Add(foldedBias);
            }

            conv.Outputs[0] = node.Outputs[0];
            folded.Add(node);
        }

        RemoveAll(graph, folded);
        return folded.Count;
    }

    /// <summary>
    /// Replaces each <c>BatchNormalization</c> of <c>[N, C, H, W]</c> values by the equivalent depthwise 1x1 <c>Conv</c>, <c>a x + b</c>
    /// per channel. A normalization of a graph input is kept.
    /// </summary>
    /// <param name="graph">The graph to edit.</param>
    /// <returns>The number of replaced nodes.</returns>
    public static int ReplaceBatchNormalization(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> inputs = [.. graph.FeedInputs.Select(i => i.Name)];
        HashSet<string> names = graph.Names();
        int count = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            OnnxNode node = graph.Nodes[i];
            if (!Is(node, "BatchNormalization", 5) || inputs.Contains(node.Inputs[0]) || !IsFeatureMap(node.Inputs[0], index)
                || ChannelScaling.TryRead(node, index) is not ChannelScaling scaling)
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.AsDepthwise();
            string weight = AddUniqueName(names, $"{node.Outputs[0]}_weight");
            string bias = AddUniqueName(names, $"{node.Outputs[0]}_bias");
            graph.Initializers.Add(OnnxTensor.Create<float>(weight, [scaling.Channels, 1, 1, 1], weights));
            graph.Initializers.Add(OnnxTensor.Create<float>(bias, [scaling.Channels], biases));
            OnnxNode conv = new("Conv", [node.Inputs[0], weight, bias], [node.Outputs[0]], node.Name);
            conv.Attributes.Set("group", scaling.Channels);
            conv.Attributes.Set("kernel_shape", [1L, 1L]);
            graph.Nodes[i] = conv;
            count++;
        }

        return count;
    }

    /// <summary>
    /// Replaces each <c>MatMul</c> of <c>[N, K]</c> values by constant weights with <c>Gemm</c>, and fuses the following <c>Add</c> of a
    /// constant bias into it.
    /// </summary>
    /// <param name="graph">The graph to edit.</param>
    /// <returns>The number of replaced <c>MatMul</c> nodes.</returns>
    public static int FuseMatMulAdd(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> fused = [];
        int count = 0;
        foreach (OnnxNode node in graph.Nodes)
        {
            if (!Is(node, "MatMul", 2) || !IsMatrix(node.Inputs[0], index)
                || index.FindInitializer(node.Inputs[1]) is not { Shape.Count: 2 } weight)
            {
                continue;
            }

            node.OpType = "Gemm";
            count++;
            IReadOnlyList<OnnxNode> consumers = index.FindConsumers(node.Outputs[0]);
            if (consumers.Count == 1 && consumers[0] is OnnxNode add && Is(add, "Add", 2) && !outputs.Contains(node.Outputs[0])
                && add.Inputs.FirstOrDefault(i => i != node.Outputs[0]) is string other
                && index.FindInitializer(other) is { Shape.Count: 1 } bias && bias.Shape[0] == weight.Shape[1])
            {
                node.Inputs.Add(other);
                node.Outputs[0] = add.Outputs[0];
                fused.Add(add);
            }
        }

        RemoveAll(graph, fused);
        return count;
    }

    // Nodes of damaged files without their inputs or output are kept.
    private static bool Is(OnnxNode node, string opType, int inputs)
        => node.Is(opType) && node.Inputs.Count >= inputs && node.Inputs.Take(inputs).All(i => i.Length > 0)
            && node.Outputs is [{ Length: > 0 }, ..];

    private static bool IsInferenceDropout(OnnxNode node, OnnxGraphIndex index)
        => Is(node, "Dropout", 1)
            && node.Outputs.Skip(1).All(mask => mask.Length == 0 || index.FindConsumers(mask).Count == 0)
            && (node.GetInputOrNull(2) is not string training || IsFalse(index.FindInitializer(training)));

    private static bool IsFalse(OnnxTensor? flag) => flag is { ElementType: OnnxElementType.Bool, Length: 1 } && !flag.AsSpan<bool>()[0];

    private static bool TryBypass(OnnxGraph graph, OnnxGraphIndex index, OnnxNode node)
    {
        (string input, string output) = (node.Inputs[0], node.Outputs[0]);
        if (graph.Outputs.All(o => o.Name != output))
        {
            graph.ReplaceUses(output, input);
            return true;
        }

        // A graph output keeps its name, so the producer of the input has to produce the output.
        if (index.FindProducer(input) is not OnnxNode producer || graph.Outputs.Any(o => o.Name == input))
        {
            return false;
        }

        graph.ReplaceUses(input, output);
        producer.Outputs[producer.Outputs.IndexOf(input)] = output;
        return true;
    }

    /// <summary>Determines whether the preceding operators show that a value is <c>[N, C, H, W]</c>.</summary>
    private static bool IsFeatureMap(string value, OnnxGraphIndex index)
    {
        HashSet<string> seen = [];
        while (seen.Add(value) && index.FindProducer(value) is OnnxNode node)
        {
            if (node.Domain.Length > 0 || node.GetInputOrNull(0) is null)
            {
                return false;
            }

            switch (node.OpType)
            {
                case "Conv" when node.GetInputOrNull(1) is not null:
                    return index.FindInitializer(node.Inputs[1]) is { Shape.Count: 4 };
                case "MaxPool" or "AveragePool":
                    return node.Attributes.GetInts("kernel_shape") is { Length: 2 };
                case "Relu" or "Add" or "BatchNormalization" or "GlobalAveragePool":
                    value = node.Inputs[0];
                    break;
                default:
                    return false;
            }
        }

        return false;
    }

    private static bool IsMatrix(string value, OnnxGraphIndex index)
        => index.FindProducer(value) is OnnxNode node
            && (node.Is("Flatten") || (Is(node, "Reshape", 2) && index.FindInitializer(node.Inputs[1]) is { Shape: [2] }));

    private static string AddUniqueName(HashSet<string> names, string stem)
    {
        string name = OnnxGraph.CreateUniqueName(stem, names);
        names.Add(name);
        return name;
    }

    private static void RemoveAll(OnnxGraph graph, HashSet<OnnxNode> nodes)
    {
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (nodes.Contains(graph.Nodes[i]))
            {
                graph.Nodes.RemoveAt(i);
            }
        }

        graph.SortNodes();
    }
}
