namespace ResNet.Net.Evaluation;

/// <summary>Computes the score interval of a proportion (Wilson 1927), which is valid for small counts and near 0 and 1.</summary>
internal static class Wilson
{
    // The 97.5 % quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>Returns the 95 % interval of <c>correct / count</c> in percent; 0 to 100 if the count is 0.</summary>
    public static ConfidenceInterval Interval(int correct, int count)
    {
        if (count == 0)
        {
            return new ConfidenceInterval(0, 100);
        }

        double p = (double)correct / count;
        double z2 = Z * Z / count;
        double center = p + (z2 / 2);
        double half = Z * Math.Sqrt(((p * (1 - p)) + (z2 / 4)) / count);
        double low = Math.Max((center - half) / (1 + z2), 0);
        double high = Math.Min((center + half) / (1 + z2), 1);
        return new ConfidenceInterval(100 * low, 100 * high);
    }
}
