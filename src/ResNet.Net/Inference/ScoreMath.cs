using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>Computes probabilities and averages from scores, in place.</summary>
internal static class ScoreMath
{
    /// <summary>Replaces logits x by <c>exp(x - max) / sum(exp(x - max))</c>.</summary>
    /// <remarks>Subtracting the maximum prevents the exponentials of large logits from overflowing.</remarks>
    public static void Softmax(Span<float> scores)
    {
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max<float>(scores), scores);
        TensorPrimitives.Exp<float>(scores, scores);
        TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
    }

    /// <summary>Computes the mean of the scores of an image's crops.</summary>
    /// <param name="scores">The scores, <c>[crops, count]</c>. The first row is replaced by the mean.</param>
    /// <param name="count">The number of scores per crop.</param>
    /// <returns>The first row.</returns>
    public static Span<float> AverageCrops(Span<float> scores, int count)
    {
        Span<float> mean = scores[..count];
        for (int start = count; start < scores.Length; start += count)
        {
            TensorPrimitives.Add(mean, scores.Slice(start, count), mean);
        }

        if (scores.Length > count)
        {
            TensorPrimitives.Divide(mean, scores.Length / count, mean);
        }

        return mean;
    }
}
