using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Adapts the scores of a model: replaces a map of class labels by its scores, and converts the scores to float32.</summary>
/// <param name="Name">The name of the output.</param>
/// <param name="MapScoresName">The name of the tensor in the map; null if the output is a tensor.</param>
/// <param name="IsConverted">Whether the scores are converted to float32.</param>
internal sealed record OutputAdapter(string Name, string? MapScoresName, bool IsConverted)
{
    /// <summary>Gets a text that identifies the changes.</summary>
    public string Key => $"output '{Name}'{(MapScoresName is null ? "" : " without its map")}{(IsConverted ? " as Float" : "")}";

    /// <summary>Creates the adapter of an output.</summary>
    /// <returns>The adapter; null if the output needs no change.</returns>
    /// <exception cref="ResNetException">The output cannot contain scores.</exception>
    public static OutputAdapter? For(OnnxModelSummary summary, string model, string name)
    {
        if (summary.Outputs.FirstOrDefault(o => o.Name == name) is not { } output)
        {
            return null;
        }

        if (output.Shape?.FirstOrDefault(d => d.Value > int.MaxValue).Value is long size)
        {
            throw new ResNetException(
                $"The model '{model}' returns '{output}'. A dimension is {size}, but it must be at most {int.MaxValue}.");
        }

        if (summary.FindClassMap(name) is { } map)
        {
            // The element type of the tensor is not declared; a conversion from float32 to float32 is removed by ONNX Runtime.
            return new OutputAdapter(name, map.ScoresName, IsConverted: true);
        }

        return output.ElementType switch
        {
            OnnxElementType.Float => null,
            OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Double => new OutputAdapter(name, null, true),
            _ => throw new ResNetException(
                $"The model '{model}' returns '{output}', but class scores are float32, float16, bfloat16 or double tensors. "
                + "Set ModelDefinition.OutputName to the output that contains the scores."),
        };
    }

    /// <summary>Replaces the map by its scores, and removes outputs of text.</summary>
    public void RemoveMap(OnnxModel model)
    {
        OnnxGraph graph = model.Graph;
        if (MapScoresName is null || graph.FindProducer(Name) is not { OpType: "ZipMap" } map)
        {
            return;
        }

        _ = graph.Nodes.Remove(map);
        graph.Nodes.Add(new OnnxNode("Identity", [MapScoresName], [Name], map.Name));
        Redeclare(graph, null);
        foreach (OnnxValueInfo text in graph.Outputs.Where(o => o.ElementType == OnnxElementType.String).ToArray())
        {
            _ = graph.Outputs.Remove(text);
        }

        _ = graph.RemoveUnused();
    }

    /// <summary>Converts the output to float32.</summary>
    public void Convert(OnnxModel model)
    {
        OnnxGraph graph = model.Graph;
        if (!IsConverted || graph.FindProducer(Name) is not { } producer)
        {
            return;
        }

        string original = graph.CreateUniqueName($"{Name}_original");
        graph.ReplaceUses(Name, original);
        producer.Outputs[producer.Outputs.IndexOf(Name)] = original;
        OnnxValueInfo output = graph.Outputs.First(o => o.Name == original);
        output.Name = Name;
        OnnxNode cast = new("Cast", [original], [Name], graph.CreateUniqueName($"{Name}_cast"));
        cast.Attributes.Set("to", (long)OnnxElementType.Float);
        graph.Nodes.Add(cast);
        Redeclare(graph, output.Shape);
    }

    private void Redeclare(OnnxGraph graph, IReadOnlyList<OnnxDimension>? shape)
    {
        int index = graph.Outputs.IndexOf(graph.Outputs.First(o => o.Name == Name));
        graph.Outputs[index] = new OnnxValueInfo(Name, OnnxElementType.Float, shape);
    }
}
