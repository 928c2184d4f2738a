using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Finds images that probably belong to another class: confident learning (Northcutt, Jiang and Chuang 2021).</summary>
internal static class SuspiciousLabels
{
    private const double LeastProbability = 0.5;

    /// <summary>
    /// Returns the images for which another class is at least as probable as that class usually is for its own images, and more probable
    /// than all others together. Most probable first. Images of several classes or of none are not judged.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="outOfFold">
    /// Calibrated probabilities <c>[images, classCount]</c> from classifiers that were not trained on the image.
    /// </param>
    /// <param name="classCount">The number of classes.</param>
    public static IReadOnlyList<SuspiciousLabel> Find(IReadOnlyList<LabeledImage> images, float[] outOfFold, int classCount)
    {
        double[] sums = new double[classCount];
        int[] counts = new int[classCount];
        for (int i = 0; i < images.Count; i++)
        {
            if (images[i].Classes is [int stated])
            {
                sums[stated] += outOfFold[(i * classCount) + stated];
                counts[stated]++;
            }
        }

        List<SuspiciousLabel> found = [];
        for (int i = 0; i < images.Count; i++)
        {
            if (images[i].Classes is not [int stated])
            {
                continue;
            }

            ReadOnlySpan<float> row = outOfFold.AsSpan(i * classCount, classCount);
            int predicted = 0;
            for (int c = 1; c < classCount; c++)
            {
                predicted = row[c] > row[predicted] ? c : predicted;
            }

            double usual = counts[predicted] > 0 ? sums[predicted] / counts[predicted] : 1;
            if (predicted != stated && row[predicted] >= Math.Max(usual, LeastProbability))
            {
                found.Add(new SuspiciousLabel(images[i].Name, stated, predicted, row[predicted]));
            }
        }

        return [.. found.OrderByDescending(s => s.Probability).ThenBy(s => s.Image, StringComparer.Ordinal)];
    }
}
