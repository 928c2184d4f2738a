using Microsoft.Extensions.Logging;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Selects the output of a custom model that contains the class scores, and determines their kind, from the graph.</summary>
internal static class ScoreOutput
{
    /// <exception cref="ResNetException">Several outputs could contain the scores, or the network has no classification layer.</exception>
    public static ResolvedModel Resolve(ResolvedModel model, ILogger log)
    {
        if (model.Variant is not null)
        {
            return model;
        }

        if (model.Content.Summary is not { } summary)
        {
            // ONNX Runtime may be able to read the model; otherwise its exception says what is wrong.
            return model;
        }

        string? name = model.OutputName ?? Select(model.Name, summary);
        OnnxOutputContent content = name is null ? OnnxOutputContent.Unknown : summary.FindOutputContent(name);
        if (content == OnnxOutputContent.Features && model.OutputKind is null)
        {
            throw new ResNetException(
                $"The output '{name}' of the model '{model.Name}' contains pooled features: the network has no classification layer. "
                + "Use ResNetEmbedder for its embeddings, or export it with its classification layer. "
                + "If the output does contain class scores, set ModelDefinition.OutputKind.");
        }

        // A map of class labels contains probabilities, unless its graph shows something else.
        OnnxClassMap? map = name is null ? null : summary.FindClassMap(name);
        OutputKind? found = content switch
        {
            OnnxOutputContent.Softmax or OnnxOutputContent.QuantizedSoftmax => OutputKind.Probabilities,
            OnnxOutputContent.Sigmoid => OutputKind.IndependentProbabilities,

            // The softmax of logarithms of probabilities is the probabilities.
            OnnxOutputContent.Logits or OnnxOutputContent.LogSoftmax => OutputKind.Logits,
            _ => map is null ? null : OutputKind.Probabilities,
        };
        if (model.OutputKind is OutputKind declared && found is OutputKind actual && declared != actual)
        {
            log.OutputKindContradicted(declared, model.Name, name!, content);
        }

        return model with
        {
            OutputName = name,
            OutputKind = model.OutputKind ?? found,
            OutputContent = content,
            Labels = model.Labels ?? (map is { Labels.Count: > 0 } ? LabelsOf(map) : null),
        };
    }

    /// <summary>
    /// Returns the name of the output with the scores: the declared one, or the only candidate; null if there are several.
    /// </summary>
    public static string? FindName(ResolvedModel model)
        => model.OutputName ?? (model.Content.Summary is { } summary && Candidates(summary) is [string only] ? only : null);

    private static string? Select(string model, OnnxModelSummary summary) => Candidates(summary) switch
    {
        [] => null,
        [string only] => only,
        _ => throw new ResNetException(
            $"The model '{model}' has {summary.OutputNames.Count} outputs, "
            + "and its graph does not show which one contains the class scores: "
            + $"{string.Join(", ", summary.OutputNames.Select(n => $"'{n}' ({summary.FindOutputContent(n)})"))}. "
            + "Set ModelDefinition.OutputName."),
    };

    private static IReadOnlyList<string> Candidates(OnnxModelSummary summary)
    {
        if (summary.OutputNames.Count <= 1)
        {
            return summary.OutputNames;
        }

        // The label of the best class, as text or as an integer, accompanies the scores in files of Custom Vision and scikit-learn.
        string[] numeric =
        [
            .. summary.Outputs.Where(o => o.ElementType is not (OnnxElementType.String or OnnxElementType.Int64 or OnnxElementType.Int32))
                .Select(o => o.Name),
        ];
        return summary.FindScoreOutputs().Intersect(numeric).ToArray() is { Length: > 0 } scores ? scores
            : numeric is { Length: > 0 } ? numeric
            : summary.OutputNames;
    }

    private static LabelSet LabelsOf(OnnxClassMap map)
        => new("class labels of the model", map.Labels.Select((label, i) => string.IsNullOrWhiteSpace(label) ? $"class {i}" : label));
}
