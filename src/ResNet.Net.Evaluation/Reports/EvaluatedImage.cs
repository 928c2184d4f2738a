using System.Diagnostics.CodeAnalysis;

namespace ResNet.Net.Evaluation;

/// <summary>Represents the result of one image. Immutable.</summary>
public sealed record EvaluatedImage
{
    private EvaluatedImage(LabeledImage image)
    {
        Name = image.Name;
        ClassIndex = image.ClassIndex;
    }

    /// <summary>Gets the image's name in its dataset.</summary>
    public string Name { get; }

    /// <summary>Gets the true class.</summary>
    public int ClassIndex { get; }

    /// <summary>Gets whether the image was classified. If not, only <see cref="Error"/> is meaningful.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Gets the reason why the image could not be read or decoded; null if it was classified.</summary>
    public string? Error { get; private init; }

    /// <summary>Gets the most probable class. Ties are resolved in favor of the lower index.</summary>
    public int PredictedClass { get; private init; } = -1;

    /// <summary>Gets the rank of the true class by probability, from 1. Ties are ranked by index.</summary>
    public int Rank { get; private init; }

    /// <summary>Gets the probability of <see cref="PredictedClass"/>, from 0 to 1.</summary>
    public float Confidence { get; private init; }

    /// <summary>Gets the cross-entropy in nats: <c>-ln</c> of the true class's probability.</summary>
    /// <remarks>A probability of 0 counts as the smallest positive float, 1.4e-45, which gives 103.3 nats.</remarks>
    public double Loss { get; private init; }

    /// <summary>Gets whether the most probable class is the true class.</summary>
    public bool IsCorrect => Rank == 1;

    internal static EvaluatedImage Failure(LabeledImage image, string error) => new(image) { Error = error };

    internal static EvaluatedImage Of(LabeledImage image, int predictedClass, int rank, float confidence, double loss)
        => new(image) { PredictedClass = predictedClass, Rank = rank, Confidence = confidence, Loss = loss };

    /// <param name="image">The image.</param>
    /// <param name="ranking">All classes in descending order of probability; ties are ordered by index.</param>
    internal static EvaluatedImage Of(LabeledImage image, IReadOnlyList<Prediction> ranking)
    {
        int truth = 0;
        while (ranking[truth].ClassIndex != image.ClassIndex)
        {
            truth++;
        }

        double loss = -Math.Log(Math.Max(ranking[truth].Probability, float.Epsilon));
        return Of(image, ranking[0].ClassIndex, truth + 1, ranking[0].Probability, loss);
    }

    /// <param name="image">The image.</param>
    /// <param name="probabilities">The probability of each class.</param>
    internal static EvaluatedImage Of(LabeledImage image, ReadOnlySpan<float> probabilities)
    {
        float ofTruth = probabilities[image.ClassIndex];
        int best = 0;
        int rank = 1;
        for (int i = 0; i < probabilities.Length; i++)
        {
            best = probabilities[i] > probabilities[best] ? i : best;
            rank += probabilities[i] > ofTruth || (probabilities[i] == ofTruth && i < image.ClassIndex) ? 1 : 0;
        }

        return Of(image, best, rank, probabilities[best], -Math.Log(Math.Max(ofTruth, float.Epsilon)));
    }
}
