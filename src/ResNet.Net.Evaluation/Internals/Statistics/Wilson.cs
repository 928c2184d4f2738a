namespace ResNet.Net.Evaluation.Internals.Statistics;

/// <summary>The score interval of a proportion (Wilson 1927): it holds for small counts and near 0 and 1, where the usual one does not.</summary>
internal static class Wilson
{
    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>The 95 % interval of <c>right / count</c>, in percent; all there is where nothing was counted.</summary>
    public static ConfidenceInterval Interval(int right, int count)
    {
        if (count == 0)
        {
            return new ConfidenceInterval(0, 100);
        }

        double p = (double)right / count;
        double z2 = Z * Z / count;
        double centre = p + (z2 / 2);
        double half = Z * Math.Sqrt(((p * (1 - p)) + (z2 / 4)) / count);
        return new ConfidenceInterval(100 * Math.Max((centre - half) / (1 + z2), 0), 100 * Math.Min((centre + half) / (1 + z2), 1));
    }
}
