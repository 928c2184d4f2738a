using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>The mean of the scores of an image's crops.</summary>
internal static class CropAverage
{
    /// <param name="scores"><c>[crops, classes]</c>; the first row becomes the mean.</param>
    /// <param name="classes">Scores a crop.</param>
    /// <returns>That row.</returns>
    public static Span<float> Apply(Span<float> scores, int classes)
    {
        Span<float> mean = scores[..classes];
        for (int start = classes; start < scores.Length; start += classes)
        {
            TensorPrimitives.Add(mean, scores.Slice(start, classes), mean);
        }

        if (scores.Length > classes)
        {
            TensorPrimitives.Divide(mean, scores.Length / classes, mean);
        }

        return mean;
    }
}
