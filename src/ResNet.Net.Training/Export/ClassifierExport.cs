using ResNet.Net.Onnx;

namespace ResNet.Net.Training;

/// <summary>Creates the ONNX model of a trained classifier: the backbone, the head, and everything that loading it needs.</summary>
internal static class ClassifierExport
{
    /// <summary>Creates the model. The same arguments give the same bytes.</summary>
    /// <param name="backbone">
    /// The graph of a <see cref="Backbone"/>, from float <c>[N, 3, H, W]</c> to float <c>[N, features]</c>. It is not changed.
    /// </param>
    /// <param name="profile">The profile of the backbone.</param>
    /// <param name="head">The head.</param>
    /// <param name="labels">The labels, one per class.</param>
    /// <param name="unknownThreshold">The probability below which an image is unknown, from 0 to 1.</param>
    /// <param name="facts">Further metadata properties by key.</param>
    /// <returns>The model, whose output is the probabilities, float <c>[N, classes]</c>.</returns>
    /// <exception cref="ArgumentException">The labels or the backbone do not fit the head, or a value is out of range.</exception>
    public static OnnxModel Create(
        OnnxModel backbone,
        PreprocessingProfile profile,
        ClassificationHead head,
        LabelSet labels,
        double unknownThreshold,
        IReadOnlyDictionary<string, string> facts)
    {
        if (labels.Count != head.Output.Outputs)
        {
            throw new ArgumentException($"There are {labels.Count} labels for {head.Output.Outputs} classes.", nameof(labels));
        }

        OnnxModel model = backbone.Clone();
        OnnxGraph graph = model.Graph;
        if (graph.Outputs is not [{ Shape: [OnnxDimension batch, OnnxDimension features] } output])
        {
            throw new ArgumentException("The output of the backbone is not [N, features].", nameof(backbone));
        }

        int inputs = (head.Hidden ?? head.Output).Inputs;
        if (features.Value is long count && count != inputs)
        {
            throw new ArgumentException($"The backbone has {count} features, but the head expects {inputs}.", nameof(head));
        }

        string value = output.Name;
        if (head.Hidden is DenseLayer hidden)
        {
            value = Add(graph, "Relu", AddDense(graph, value, hidden, "hidden"), "hidden_relu");
        }

        string probabilities = head.IsMultiLabel
            ? Add(graph, "Sigmoid", AddDense(graph, value, head.Output, "logits"), "probabilities")
            : Add(graph, "Softmax", AddDense(graph, value, head.Output, "logits"), "probabilities", ("axis", 1));
        graph.Outputs.Clear();
        graph.Outputs.Add(new OnnxValueInfo(probabilities, OnnxElementType.Float, [batch, labels.Count]));
        model.ProducerName = "ResNet.Net.Training";
        model.ProducerVersion = "";
        foreach ((string key, string fact) in facts.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            model.SetMetadata(key, fact);
        }

        new ModelMetadata
        {
            Labels = labels,
            Profile = profile,
            OutputKind = head.IsMultiLabel ? OutputKind.IndependentProbabilities : OutputKind.Probabilities,
            UnknownThreshold = unknownThreshold,
        }.WriteTo(model);
        return model;
    }

    private static string AddDense(OnnxGraph graph, string input, DenseLayer layer, string name)
    {
        string weights = graph.CreateUniqueName($"{name}_weight");
        graph.Initializers.Add(OnnxTensor.Create<float>(weights, [layer.Outputs, layer.Inputs], layer.Weights));
        string bias = graph.CreateUniqueName($"{name}_bias");
        graph.Initializers.Add(OnnxTensor.Create<float>(bias, [layer.Outputs], layer.Bias));
        return Add(graph, "Gemm", [input, weights, bias], name, ("transB", 1));
    }

    private static string Add(OnnxGraph graph, string opType, string input, string name, params ReadOnlySpan<(string, long)> attributes)
        => Add(graph, opType, [input], name, attributes);

    private static string Add(
        OnnxGraph graph, string opType, string[] inputs, string name, params ReadOnlySpan<(string Name, long Value)> attributes)
    {
        string output = graph.CreateUniqueName(name);
        OnnxNode node = new(opType, inputs, [output], output);
        foreach ((string attribute, long value) in attributes)
        {
            node.Attributes.Set(attribute, value);
        }

        graph.Nodes.Add(node);
        return output;
    }
}
