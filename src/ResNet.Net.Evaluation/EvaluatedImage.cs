using System.Diagnostics.CodeAnalysis;

namespace ResNet.Net.Evaluation;

/// <summary>What a model made of one picture. Immutable.</summary>
public sealed record EvaluatedImage
{
    private EvaluatedImage(LabeledImage image)
    {
        Name = image.Name;
        ClassIndex = image.ClassIndex;
    }

    /// <summary>The picture's name in its data set.</summary>
    public string Name { get; }

    /// <summary>The true class.</summary>
    public int ClassIndex { get; }

    /// <summary>Whether the picture was classified; if not, nothing but <see cref="Error"/> means anything.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Why the picture could not be read or decoded; null when it could.</summary>
    public string? Error { get; private init; }

    /// <summary>The most probable class; of equal ones, the first.</summary>
    public int PredictedClass { get; private init; } = -1;

    /// <summary>The place of the true class among all, from 1; classes of equal probability are ranked by index.</summary>
    public int Rank { get; private init; }

    /// <summary>The probability of <see cref="PredictedClass"/>, from 0 to 1.</summary>
    public float Confidence { get; private init; }

    /// <summary>The cross-entropy in nats: <c>-ln</c> of the true class's probability. A probability of 0 counts as the smallest above it, 1.4e-45: 103.3 nats.</summary>
    public double Loss { get; private init; }

    /// <summary>Whether the most probable class is the true one.</summary>
    public bool IsRight => Rank == 1;

    internal static EvaluatedImage Failure(LabeledImage image, string error) => new(image) { Error = error };

    internal static EvaluatedImage Of(LabeledImage image, int predictedClass, int rank, float confidence, double loss)
        => new(image) { PredictedClass = predictedClass, Rank = rank, Confidence = confidence, Loss = loss };

    /// <param name="image">The picture.</param>
    /// <param name="probabilities">One a class.</param>
    internal static EvaluatedImage Of(LabeledImage image, ReadOnlySpan<float> probabilities)
    {
        float truth = probabilities[image.ClassIndex];
        int best = 0;
        int rank = 1;
        for (int i = 0; i < probabilities.Length; i++)
        {
            best = probabilities[i] > probabilities[best] ? i : best;
            rank += probabilities[i] > truth || (probabilities[i] == truth && i < image.ClassIndex) ? 1 : 0;
        }

        return Of(image, best, rank, probabilities[best], -Math.Log(Math.Max(truth, float.Epsilon)));
    }
}
