namespace ResNet.Net.Evaluation;

/// <summary>Tests whether two models differ, by the images that only one of them classifies correctly (McNemar 1947).</summary>
internal static class McNemar
{
    // Up to here 2^-n is a normal double, so that the exact sum keeps full precision.
    private const int MaxExact = 1000;

    public static (double PValue, double? Statistic) Test(int onlyFirst, int onlySecond)
        => onlyFirst + onlySecond <= MaxExact ? (Exact(onlyFirst, onlySecond), null) : ChiSquared(onlyFirst, onlySecond);

    // The two-sided binomial test with probability 1/2.
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

    // Chi-squared with one degree of freedom and the continuity correction of Edwards (1948).
    private static (double PValue, double? Statistic) ChiSquared(int onlyFirst, int onlySecond)
    {
        double distance = Math.Max(Math.Abs((double)onlyFirst - onlySecond) - 1, 0);
        double statistic = distance * distance / ((double)onlyFirst + onlySecond);
        return (ErrorFunction.Complementary(Math.Sqrt(statistic / 2)), statistic);
    }
}

/// <summary>Computes the error function, which .NET doesn't provide.</summary>
internal static class ErrorFunction
{
    /// <summary>Returns <c>erfc(x) = 1 - erf(x)</c> for <c>x >= 0</c>, to about 13 digits.</summary>
    public static double Complementary(double x) => x < 2 ? 1 - Series(x) : Fraction(x);

    // erf(x) = 2/sqrt(pi) exp(-x^2) sum of x (2 x^2)^n / (1 3 5 ... (2n+1)): all terms are positive (Abramowitz and Stegun 7.1.6).
    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // exp(-x^2)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), from the inside out (Abramowitz and Stegun 7.1.14).
    private static double Fraction(double x)
    {
        const int Depth = 100;
        double value = x;
        for (int n = Depth; n >= 1; n--)
        {
            value = x + (n / 2.0 / value);
        }

        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * value);
    }
}
