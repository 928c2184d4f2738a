using ResNet.Net.Onnx.Internals;

namespace ResNet.Net.Onnx;

/// <summary>
/// Passes over a graph that leave its function as it is, up to rounding: each makes it simpler for those that come after. They expect the operators of opset 7 and later,
/// and weights that are no graph inputs (<see cref="OnnxGraph.DropInitializerInputs"/>).
/// </summary>
public static class GraphPasses
{
    /// <summary>Turns <c>Constant</c> nodes that hold a tensor into initializers.</summary>
    /// <param name="graph">The graph; edited.</param>
    /// <returns>How many there were.</returns>
    public static int InlineConstants(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        int count = 0;
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            OnnxNode node = graph.Nodes[i];
            if (node.Is("Constant") && !outputs.Contains(node.Outputs[0]) && node.Attributes.Contains("value"))
            {
                graph.Initializers.Add(node.Attributes.GetTensor("value")!.WithName(node.Outputs[0]));
                graph.Nodes.RemoveAt(i);
                count++;
            }
        }

        return count;
    }

    /// <summary>Removes nodes that give what they take: <c>Identity</c>, and <c>Dropout</c>, which does nothing outside of training.</summary>
    /// <param name="graph">The graph; edited. Names of its outputs stay.</param>
    /// <returns>How many were removed; those between an input of the graph and an output of it stay.</returns>
    public static int RemoveIdentities(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int removed = 0;
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            OnnxNode node = graph.Nodes[i];
            OnnxGraphIndex index = graph.CreateIndex();
            if ((node.Is("Identity") || IsIdleDropout(node, index)) && Bypass(graph, index, node))
            {
                graph.Nodes.Remove(node);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>Writes <c>Sum</c> as <c>Add</c>: of two values as one node, of more as a chain.</summary>
    /// <param name="graph">The graph; edited.</param>
    /// <returns>How many <c>Sum</c> there were.</returns>
    public static int SplitSums(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int count = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            OnnxNode node = graph.Nodes[i];
            if (!node.Is("Sum"))
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
    /// Folds every <c>BatchNormalization</c> whose input is a <c>Conv</c> that feeds nothing else into that <c>Conv</c>: <c>w' = w a</c>, <c>b' = (b - mean) a + beta</c>,
    /// <c>a = gamma / sqrt(variance + epsilon)</c>, worked out in double.
    /// </summary>
    /// <param name="graph">The graph; edited. The <c>Conv</c> gives the value that the normalization gave.</param>
    /// <returns>How many were folded. Others, such as those after an <c>Add</c>, stay.</returns>
    public static int FoldBatchNormalization(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> folded = [];
        HashSet<string> names = NamesOf(graph);
        foreach (OnnxNode node in graph.Nodes)
        {
            if (!node.Is("BatchNormalization") || ChannelScaling.TryRead(node, index) is not ChannelScaling scaling
                || index.FindProducer(node.Inputs[0]) is not OnnxNode conv || !conv.Is("Conv") || folded.Contains(conv)
                || index.FindConsumers(node.Inputs[0]).Count != 1 || outputs.Contains(node.Inputs[0])
                || index.FindInitializer(conv.Inputs[1]) is not OnnxTensor weight || weight.ElementType != OnnxElementType.Float
                || weight.Dims.Count < 3 || weight.Dims[0] != scaling.Channels)
            {
                continue;
            }

            OnnxTensor? bias = conv.GetInputOrNull(2) is string biasName ? index.FindInitializer(biasName) : null;
            if (conv.GetInputOrNull(2) is not null && bias is null)
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.Apply(weight.AsSpan<float>(), bias is null ? default : bias.AsSpan<float>());
            string foldedWeight = Unique(names, $"{weight.Name}_folded");
            string foldedBias = Unique(names, $"{bias?.Name ?? node.Inputs[2]}_folded");
            graph.Initializers.Add(OnnxTensor.Create<float>(foldedWeight, [.. weight.Dims], weights));
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

    /// <summary>Writes each <c>BatchNormalization</c> of a picture's values <c>[N, C, H, W]</c> as a depthwise 1x1 <c>Conv</c>, which is the same function: <c>a x + b</c> by channel.</summary>
    /// <param name="graph">The graph; edited.</param>
    /// <returns>How many were replaced. Those of a graph's input stay: nothing is gained there.</returns>
    public static int ReplaceBatchNormalization(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> inputs = [.. graph.FeedInputs.Select(i => i.Name)];
        HashSet<string> names = NamesOf(graph);
        int count = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            OnnxNode node = graph.Nodes[i];
            if (!node.Is("BatchNormalization") || inputs.Contains(node.Inputs[0]) || !IsPicture(node.Inputs[0], index)
                || ChannelScaling.TryRead(node, index) is not ChannelScaling scaling)
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.AsDepthwise();
            string weight = Unique(names, $"{node.Outputs[0]}_weight");
            string bias = Unique(names, $"{node.Outputs[0]}_bias");
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

    /// <summary>Writes a <c>MatMul</c> of rows <c>[N, K]</c> by constant weights, with the <c>Add</c> of a constant bias behind it, as <c>Gemm</c>.</summary>
    /// <param name="graph">The graph; edited.</param>
    /// <returns>How many <c>MatMul</c> were replaced.</returns>
    public static int FuseMatMulAdd(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        OnnxGraphIndex index = graph.CreateIndex();
        HashSet<string> outputs = [.. graph.Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> fused = [];
        int count = 0;
        foreach (OnnxNode node in graph.Nodes)
        {
            if (!node.Is("MatMul") || !IsRow(node.Inputs[0], index) || index.FindInitializer(node.Inputs[1]) is not { Dims.Count: 2 } weight)
            {
                continue;
            }

            node.OpType = "Gemm";
            count++;
            IReadOnlyList<OnnxNode> consumers = index.FindConsumers(node.Outputs[0]);
            if (consumers.Count == 1 && consumers[0] is OnnxNode add && add.Is("Add") && !outputs.Contains(node.Outputs[0])
                && add.Inputs.FirstOrDefault(i => i != node.Outputs[0]) is string other
                && index.FindInitializer(other) is { Dims.Count: 1 } bias && bias.Dims[0] == weight.Dims[1])
            {
                node.Inputs.Add(other);
                node.Outputs[0] = add.Outputs[0];
                fused.Add(add);
            }
        }

        RemoveAll(graph, fused);
        return count;
    }

    private static bool IsIdleDropout(OnnxNode node, OnnxGraphIndex index)
        => node.Is("Dropout")
            && node.Outputs.Skip(1).All(mask => mask.Length == 0 || index.FindConsumers(mask).Count == 0)
            && (node.GetInputOrNull(2) is not string training || (index.FindInitializer(training) is { ElementType: OnnxElementType.Bool } flag && !flag.AsSpan<bool>()[0]));

    private static bool Bypass(OnnxGraph graph, OnnxGraphIndex index, OnnxNode node)
    {
        (string value, string given) = (node.Inputs[0], node.Outputs[0]);
        bool isOutput = graph.Outputs.Any(o => o.Name == given);
        if (!isOutput)
        {
            graph.ReplaceUses(given, value);
            return true;
        }

        // The output keeps its name: whoever gave the value gives the output from now on.
        if (index.FindProducer(value) is not OnnxNode producer || graph.Outputs.Any(o => o.Name == value))
        {
            return false;
        }

        graph.ReplaceUses(value, given);
        producer.Outputs[producer.Outputs.IndexOf(value)] = given;
        return true;
    }

    /// <summary>Whether a value has rows and columns, as far as the operators before it tell.</summary>
    private static bool IsPicture(string value, OnnxGraphIndex index)
    {
        while (index.FindProducer(value) is OnnxNode node)
        {
            if (node.Domain.Length > 0)
            {
                return false;
            }

            switch (node.OpType)
            {
                case "Conv":
                    return index.FindInitializer(node.Inputs[1]) is { Dims.Count: 4 };
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

    private static bool IsRow(string value, OnnxGraphIndex index)
        => index.FindProducer(value) is OnnxNode node
            && (node.Is("Flatten") || (node.Is("Reshape") && index.FindInitializer(node.Inputs[1]) is { Length: 2 }));

    private static HashSet<string> NamesOf(OnnxGraph graph)
        => [.. graph.Initializers.Select(t => t.Name), .. graph.Inputs.Select(i => i.Name), .. graph.Nodes.SelectMany(n => n.Outputs)];

    private static string Unique(HashSet<string> names, string stem)
    {
        string name = stem;
        for (int number = 1; !names.Add(name); number++)
        {
            name = $"{stem}_{number}";
        }

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
