namespace ResNet.Net.Quantization;

/// <summary>Finds the range that contains a percentage of all values. If values have both signs, each end clips half of the rest.</summary>
internal static class PercentileRange
{
    /// <param name="histogram">A histogram with at least one value.</param>
    /// <param name="percentile">The percentage, above 0, at most 100.</param>
    public static ActivationRange Find(AdaptiveHistogram histogram, double percentile)
    {
        double outside = histogram.Count * (100 - percentile) / 100;
        bool below = histogram.Min < 0;
        bool above = histogram.Max > 0;
        double share = below && above ? outside / 2 : outside;
        return new ActivationRange(
            below ? Math.Max(histogram.Min, Cut(histogram, share)) : histogram.Min,
            above ? Math.Min(histogram.Max, Cut(histogram, histogram.Count - share)) : histogram.Max);
    }

    // The value below which a number of values lies; values are assumed to be uniform within a bin.
    private static double Cut(AdaptiveHistogram histogram, double count)
    {
        double seen = 0;
        ReadOnlySpan<long> bins = histogram.Bins;
        for (int i = 0; i < bins.Length; i++)
        {
            if (bins[i] > 0 && seen + bins[i] >= count)
            {
                return (histogram.First + i + Math.Clamp((count - seen) / bins[i], 0, 1)) * histogram.Width;
            }

            seen += bins[i];
        }

        return (histogram.First + bins.Length) * histogram.Width;
    }
}
