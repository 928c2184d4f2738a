using Microsoft.Extensions.Logging;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Selects the output of a custom model that contains the class scores, and determines their kind, from the graph.</summary>
internal static class ScoreOutput
{
    /// <exception cref="ResNetException">Several outputs could contain the scores, or the network has no classification layer.</exception>
    public static ResolvedModel Resolve(ResolvedModel model, ILogger log)
    {
        // The facts of a variant are known, and ONNX Runtime explains what is wrong with a model that cannot be read.
        if (model.Variant is not null || model.Content.Summary is not { } summary)
        {
            return model;
        }

        string? name = model.OutputName ?? Select(model.Name, summary);
        OnnxOutputContent content = name is null ? OnnxOutputContent.Unknown : summary.FindOutputContent(name);
        if (content == OnnxOutputContent.Features && model.OutputKind is null)
        {
            throw new ResNetException(
                $"The output '{name}' of the model '{model.Name}' contains pooled features: the network has no classification layer. "
                + "Export it with its classification layer. If the output does contain class scores, set ModelDefinition.OutputKind.");
        }

        OutputKind? found = content switch
        {
            OnnxOutputContent.Softmax => OutputKind.Probabilities,
            OnnxOutputContent.Sigmoid => OutputKind.IndependentProbabilities,

            // The softmax of logarithms of probabilities is the probabilities.
            OnnxOutputContent.Logits or OnnxOutputContent.LogSoftmax => OutputKind.Logits,
            _ => null,
        };
        if (model.OutputKind is OutputKind declared && found is OutputKind actual && declared != actual)
        {
            log.OutputKindContradicted(model.Name, declared, name!, content);
        }

        OutputKind kind = model.OutputKind ?? found ?? OutputKind.Logits;
        return model with { OutputName = name, OutputKind = kind, IsOutputKindProven = found == kind };
    }

    private static string? Select(string model, OnnxModelSummary summary)
    {
        if (summary.OutputNames.Count <= 1)
        {
            return summary.OutputNames is [string only] ? only : null;
        }

        (string Name, OnnxOutputContent Content)[] outputs = [.. summary.OutputNames.Select(n => (n, summary.FindOutputContent(n)))];
        (string Name, OnnxOutputContent Content)[] best = [.. outputs.GroupBy(o => Rank(o.Content)).MaxBy(g => g.Key)!];
        return best.Length == 1
            ? best[0].Name
            : throw new ResNetException(
                $"The model '{model}' has {outputs.Length} outputs, and the graph does not tell which one contains the class scores: "
                + $"{string.Join(", ", outputs.Select(o => $"'{o.Name}' ({o.Content})"))}. Set ModelDefinition.OutputName.");
    }

    private static int Rank(OnnxOutputContent content) => content switch
    {
        OnnxOutputContent.Softmax or OnnxOutputContent.LogSoftmax or OnnxOutputContent.Sigmoid => 3,
        OnnxOutputContent.Logits => 2,
        OnnxOutputContent.Unknown => 1,
        _ => 0,
    };
}
