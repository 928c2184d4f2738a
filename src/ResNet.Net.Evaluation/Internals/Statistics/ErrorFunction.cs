namespace ResNet.Net.Evaluation.Internals.Statistics;

/// <summary>The error function, which .NET lacks.</summary>
internal static class ErrorFunction
{
    /// <summary><c>erfc(x) = 1 - erf(x)</c> for <c>x >= 0</c>, to about 13 digits.</summary>
    public static double Complementary(double x) => x < 2 ? 1 - Series(x) : Fraction(x);

    /// <summary><c>erf(x) = 2/sqrt(pi) exp(-x^2) sum of x (2 x^2)^n / (1 3 5 ... (2n+1))</c>: all terms positive, so nothing cancels (Abramowitz and Stegun 7.1.6).</summary>
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

    /// <summary><c>exp(-x^2)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))</c>, from the inside out (Abramowitz and Stegun 7.1.14).</summary>
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
