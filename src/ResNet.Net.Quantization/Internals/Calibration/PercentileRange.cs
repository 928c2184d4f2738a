namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>The range that holds a share of all values. Where values lie on both sides of zero, either end gives up half of the rest.</summary>
internal static class PercentileRange
{
    /// <param name="histogram">At least one value.</param>
    /// <param name="percentile">Above 0, up to 100.</param>
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

    /// <summary>Below which value a number of all values lies; within a bin they are taken as spread evenly.</summary>
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
