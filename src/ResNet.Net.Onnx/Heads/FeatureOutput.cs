namespace ResNet.Net.Onnx;

/// <summary>Turns a classifier or a backbone into a network whose only output is its pooled features.</summary>
public static class FeatureOutput
{
    /// <summary>
    /// Makes the pooled features, float <c>[N, C]</c>, the only output of a model, and removes the nodes and weights that they don't need.
    /// The features of a classifier are those before its dense layer, and the features of a backbone are its output.
    /// </summary>
    /// <param name="model">
    /// The model to edit. Call <see cref="OnnxGraph.DropInitializerInputs"/> first if its weights are also graph inputs.
    /// </param>
    /// <param name="output">
    /// The name of the graph output with the scores or with the features. <see langword="null"/> selects an output with features, then one
    /// with scores, then the first output.
    /// </param>
    /// <param name="name">The name of the new output. It must not be in use in the graph.</param>
    /// <exception cref="OnnxModelException">
    /// The output does not exist, the model has neither a supported head nor pooled features, or the name is in use. The model is
    /// unchanged.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static void Cut(OnnxModel model, string? output, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        ThrowIfTaken(model.Graph, name);
        OutputContentFinder contents = new(OnnxModelSummary.Of(model));
        string source = output ?? Select(model.Graph, contents);
        if (contents.IsPooled(source))
        {
            OnnxValueInfo pooled = OutputOf(model.Graph, source);
            Add(model, source, pooled.ElementType, CountOf(pooled), name);
        }
        else
        {
            ClassifierHead.Find(model, source).AddFeatures(name);
        }

        OnnxValueInfo features = model.Graph.Outputs[^1];
        model.Graph.Outputs.Clear();
        model.Graph.Outputs.Add(features);
        _ = model.Graph.RemoveUnused();
    }

    /// <summary>Adds a graph output with pooled features, flattened and converted to float.</summary>
    internal static void Add(OnnxModel model, string features, OnnxElementType type, OnnxDimension count, string name)
    {
        ThrowIfTaken(model.Graph, name);
        features = ToFloat(model.Graph, features, type);
        OnnxNode flatten = new("Flatten", [features], [name], name);
        flatten.Attributes.Set("axis", 1);
        model.Graph.Nodes.Add(flatten);
        model.Graph.Outputs.Add(new OnnxValueInfo(name, OnnxElementType.Float, [BatchOf(model.Graph), count]));
    }

    /// <summary>Adds a Cast if a value is of another floating-point type, and returns the name of the float value.</summary>
    internal static string ToFloat(OnnxGraph graph, string value, OnnxElementType type)
    {
        switch (type)
        {
            case OnnxElementType.Float or OnnxElementType.Undefined:
                return value;
            case OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Double:
                string converted = graph.CreateUniqueName($"{value}_float");
                OnnxNode cast = new("Cast", [value], [converted], converted);
                cast.Attributes.Set("to", (long)OnnxElementType.Float);
                graph.Nodes.Add(cast);
                return converted;
            default:
                throw new OnnxModelException($"The features '{value}' of the graph '{graph.Name}' are {type}, not floating-point numbers.");
        }
    }

    internal static OnnxDimension BatchOf(OnnxGraph graph)
        => graph.FeedInputs.FirstOrDefault()?.Shape is [OnnxDimension batch, ..] ? batch : default;

    internal static void ThrowIfTaken(OnnxGraph graph, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (graph.CreateUniqueName(name) != name)
        {
            throw new OnnxModelException($"The graph '{graph.Name}' already uses the name '{name}'. Choose another one.");
        }
    }

    private static OnnxDimension CountOf(OnnxValueInfo features)
        => features.Shape is { Count: >= 2 } shape && shape.Skip(1).All(d => d.Value is > 0)
            && TensorData.LengthOf([.. shape.Skip(1).Select(d => d.Value!.Value)]) is long count
                ? count
                : default(OnnxDimension);

    private static string Select(OnnxGraph graph, OutputContentFinder contents)
    {
        string[] outputs = [.. graph.Outputs.Select(o => o.Name)];
        return outputs.FirstOrDefault(o => contents.Find(o) == OnnxOutputContent.Features)
            ?? contents.FindScores().FirstOrDefault()
            ?? outputs.FirstOrDefault()
            ?? throw new OnnxModelException($"The graph '{graph.Name}' has no outputs.");
    }

    private static OnnxValueInfo OutputOf(OnnxGraph graph, string name)
        => graph.Outputs.FirstOrDefault(o => o.Name == name)
            ?? throw new OnnxModelException(
                $"The graph '{graph.Name}' has no output '{name}'. It has: {string.Join(", ", graph.Outputs.Select(o => o.Name))}.");
}
