using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>Tells whether a tensor of the caller explains that a model returned values that are not finite.</summary>
internal static class TensorRange
{
    // Larger values are no preprocessed image; smaller ones don't overflow a sound model.
    private const float Margin = 10;

    /// <summary>Returns the error of a tensor whose values are far from those of images; null if the model is at fault.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="profile">The profile of the model.</param>
    /// <param name="cause">What the model's outputs caused.</param>
    public static ArgumentException? ErrorOf(ReadOnlySpan<float> tensor, PreprocessingProfile profile, ResNetException cause)
    {
        // With its sign; NaN, if there is one.
        float largest = TensorPrimitives.MaxMagnitude(tensor);
        float reachable = LargestOf(profile);
        return Math.Abs(largest) <= Margin * reachable
            ? null
            : new ArgumentException(
                $"The tensor has the value {largest}, but the profile '{profile.Name}' produces values from {-reachable} to {reachable} at "
                + "most. The outputs of the model are not finite. Preprocess the image as the profile describes.",
                cause);
    }

    private static float LargestOf(PreprocessingProfile profile)
    {
        float range = profile.Range == ValueRange.ZeroTo255 ? byte.MaxValue : 1;
        float largest = 0;
        for (int channel = 0; channel < 3; channel++)
        {
            float mean = profile.MeanImage is null ? Math.Abs(profile.Mean[channel]) : range;
            largest = Math.Max(largest, (range + mean) / profile.Std[channel]);
        }

        return largest;
    }
}
