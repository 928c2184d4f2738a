
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
        HashSet<OnnxNode> inlined = [];
        foreach (OnnxNode node in graph.Nodes.Reverse())
        {
            if (ConstantNode.TensorOf(node) is OnnxTensor tensor && !outputs.Contains(node.Outputs[0]))
            {
                graph.Initializers.Add(tensor.WithName(node.Outputs[0]));
                inlined.Add(node);
            }
        }

        graph.RemoveNodes(inlined);
        return inlined.Count;
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
        return new IdentityRemover(graph).Run();
    }

    /// <summary>Replaces each <c>Sum</c> by <c>Add</c> nodes: one for two values, a chain for more.</summary>
    /// <param name="graph">The graph to edit.</param>
    /// <returns>The number of replaced <c>Sum</c> nodes.</returns>
    public static int SplitSums(OnnxGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int count = 0;
        Lazy<NameSet> names = new(() => new NameSet(graph.Names()));
        List<OnnxNode> nodes = new(graph.Nodes.Count);
        foreach (OnnxNode node in graph.Nodes)
        {
            if (Is(node, "Sum", 1) && node.Inputs.All(i => i.Length > 0))
            {
                SplitSum(node, names, nodes);
                count++;
            }

            nodes.Add(node);
        }

        if (nodes.Count > graph.Nodes.Count)
        {
            graph.ReplaceNodes(nodes);
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
        NameSet names = new(graph.Names());
        ChannelScalings scalings = new(index);
        CopyBudget budget = new();
        foreach (OnnxNode node in graph.Nodes)
        {
            if (!Is(node, "BatchNormalization", 5) || scalings.TryRead(node) is not ChannelScaling scaling
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

            if (!budget.TryTake(weight.Name, (weight.Length + scaling.Channels) * sizeof(float)))
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.Apply(weight.AsSpan<float>(), bias is null ? default : bias.AsSpan<float>());
            string foldedWeight = names.Create($"{weight.Name}_folded");
            string foldedBias = names.Create($"{bias?.Name ?? node.Inputs[2]}_folded");
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
        FeatureMaps maps = new(index);
        HashSet<string> inputs = [.. graph.FeedInputs.Select(i => i.Name)];
        NameSet names = new(graph.Names());
        ChannelScalings scalings = new(index);
        CopyBudget budget = new();
        int count = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            OnnxNode node = graph.Nodes[i];
            if (!Is(node, "BatchNormalization", 5) || inputs.Contains(node.Inputs[0]) || !maps.Contains(node.Inputs[0])
                || scalings.TryRead(node) is not ChannelScaling scaling
                || !budget.TryTake(node.Inputs[1], 2L * scaling.Channels * sizeof(float)))
            {
                continue;
            }

            (float[] weights, float[] biases) = scaling.AsDepthwise();
            string weight = names.Create($"{node.Outputs[0]}_weight");
            string bias = names.Create($"{node.Outputs[0]}_bias");
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
    internal static bool Is(OnnxNode node, string opType, int inputs)
        => node.Is(opType) && node.Inputs.Count >= inputs && node.Inputs.Take(inputs).All(i => i.Length > 0)
            && node.Outputs is [{ Length: > 0 }, ..];

    private static void SplitSum(OnnxNode node, Lazy<NameSet> names, List<OnnxNode> nodes)
    {
        string sum = node.Inputs[0];
        foreach (string summand in node.Inputs.Skip(1).SkipLast(1))
        {
            string partial = names.Value.Create($"{node.Outputs[0]}_partial");
            nodes.Add(new OnnxNode("Add", [sum, summand], [partial], partial));
            sum = partial;
        }

        if (node.Inputs.Count > 2)
        {
            string last = node.Inputs[^1];
            node.Inputs.Clear();
            node.Inputs.Add(sum);
            node.Inputs.Add(last);
        }

        node.OpType = node.Inputs.Count == 2 ? "Add" : "Identity";
    }

    private static bool IsMatrix(string value, OnnxGraphIndex index)
        => index.FindProducer(value) is OnnxNode node
            && (node.Is("Flatten") || (Is(node, "Reshape", 2) && index.FindInitializer(node.Inputs[1]) is { Shape: [2] }));

    private static void RemoveAll(OnnxGraph graph, HashSet<OnnxNode> nodes)
    {
        graph.RemoveNodes(nodes);
        graph.SortNodes();
    }
}
