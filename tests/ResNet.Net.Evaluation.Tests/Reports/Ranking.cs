namespace ResNet.Net.Evaluation.Tests;

/// <summary>Orders classes as a classifier does: by descending probability, ties by index.</summary>
internal static class Ranking
{
    public static IReadOnlyList<Prediction> Of(params float[] probabilities)
        => [.. probabilities.Select((p, i) => new Prediction(i, null, $"class {i}", p)).OrderByDescending(p => p.Probability)];
}
