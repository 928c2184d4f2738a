using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>
/// Determines what the scores of a model are from their values, where its graph does not show it: for example, a Softmax that is
/// followed by Clip, or an average of several Softmax outputs.
/// </summary>
internal static class ScoreTrial
{
    private const int Side = 64;

    // Wider than the rounding of a Softmax in float16.
    private const float Tolerance = 0.005f;

    /// <summary>Runs the model on a black image and on noise.</summary>
    /// <returns>
    /// <see cref="OutputKind.Probabilities"/> if all values are from 0 to 1 and sum to 1 for both; null otherwise, or if the runs fail.
    /// </returns>
    public static OutputKind? Run(ImagePipeline pipeline, int classes)
    {
        // One value that happens to be 1 shows nothing.
        if (classes < 2)
        {
            return null;
        }

        byte[] pixels = new byte[Side * Side * 3];
        try
        {
            bool isBlack = AreProbabilities(pipeline.RunTrial(new PixelView(pixels, Side, Side)), classes);
            new Random(1).NextBytes(pixels);
            return isBlack && AreProbabilities(pipeline.RunTrial(new PixelView(pixels, Side, Side)), classes)
                ? OutputKind.Probabilities
                : null;
        }
        catch (InferenceException)
        {
            // The first image reports it.
            return null;
        }
    }

    private static bool AreProbabilities(float[] crops, int classes)
    {
        for (int start = 0; start < crops.Length; start += classes)
        {
            ReadOnlySpan<float> scores = crops.AsSpan(start, classes);
            if (scores.IndexOfAnyExceptInRange(-Tolerance, 1 + Tolerance) >= 0
                || Math.Abs(TensorPrimitives.Sum(scores) - 1) > Tolerance)
            {
                return false;
            }
        }

        return true;
    }
}
