namespace ResNet.Net.Evaluation.Internals.Statistics;

/// <summary>Whether two models differ, by the pictures of which just one has right (McNemar 1947).</summary>
internal static class McNemar
{
    // 2^-n is a double of full precision up to here, so the exact sum costs nothing.
    private const int MostExact = 1000;

    public static (double PValue, double? Statistic) Test(int onlyFirst, int onlySecond)
        => onlyFirst + onlySecond <= MostExact ? (Exact(onlyFirst, onlySecond), null) : ChiSquared(onlyFirst, onlySecond);

    /// <summary>Two-sided binomial test with probability 1/2.</summary>
    private static double Exact(int onlyFirst, int onlySecond)
    {
        int n = onlyFirst + onlySecond;
        double term = Math.Pow(2, -n);
        double tail = 0;
        for (int k = 0; k <= Math.Min(onlyFirst, onlySecond); k++)
        {
            tail += term;
            term *= (double)(n - k) / (k + 1);
        }

        return Math.Min(2 * tail, 1);
    }

    /// <summary>Chi-squared with one degree of freedom and the continuity correction of Edwards (1948).</summary>
    private static (double PValue, double? Statistic) ChiSquared(int onlyFirst, int onlySecond)
    {
        double distance = Math.Max(Math.Abs((double)onlyFirst - onlySecond) - 1, 0);
        double statistic = distance * distance / ((double)onlyFirst + onlySecond);
        return (ErrorFunction.Complementary(Math.Sqrt(statistic / 2)), statistic);
    }
}
