using System.Numerics;

namespace ResNet.Net.Evaluation.Tests;

public class McNemarTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(0, 6, 0.03125)]
    [InlineData(2, 8, 0.109375)]
    [InlineData(121, 59, 4.434449263755176e-06)]
    public void Test_KnownCounts_ReturnsBinomialPValue(int first, int second, double expected)
    {
        (double p, double? statistic) = McNemar.Test(first, second);

        p.Should().BeApproximately(expected, expected * 1e-6);
        statistic.Should().BeNull();
    }

    [Fact]
    public void Test_UpTo1000Differences_EqualsExactIntegerArithmetic()
    {
        Random random = new(3);
        (int, int)[] counts =
        [
            .. Enumerable.Range(0, 300).Select(_ => random.Next(0, 1001)).Select(n => (n, random.Next(0, n + 1))),
            (1000, 0),
            (1000, 500),
            (1000, 430),
        ];
        foreach ((int n, int k) in counts)
        {
            McNemar.Test(k, n - k).PValue.Should().BeApproximately(Exact(n, Math.Min(k, n - k)), 1e-10);
            McNemar.Test(k, n - k).Should().Be(McNemar.Test(n - k, k));
        }
    }

    // chi-squared = (|b - c| - 1)^2 / (b + c); p = erfc(sqrt(chi-squared / 2)), by Python's math.erfc.
    [Theory]
    [InlineData(600, 500, 8.91, 0.002836132655654686)]
    [InlineData(700, 701, 0, 1)]
    [InlineData(700, 700, 0, 1)]
    [InlineData(2000, 1500, 71.1431428571429, 3.32225378788559e-17)]
    public void Test_MoreDifferences_ReturnsChiSquaredWithContinuityCorrection(int first, int second, double statistic, double expected)
    {
        (double p, double? actual) = McNemar.Test(first, second);

        actual.Should().BeApproximately(statistic, 1e-9);
        p.Should().BeApproximately(expected, expected * 1e-5);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 0.8875370839817152)]
    [InlineData(0.5, 0.4795001221869535)]
    [InlineData(1, 0.15729920705028513)]
    [InlineData(1.9, 0.0072095707647425325)]
    [InlineData(2, 0.004677734981047265)]
    [InlineData(2.1, 0.002979466656332984)]
    [InlineData(3, 2.2090496998585438e-05)]
    [InlineData(5, 1.5374597944280351e-12)]
    [InlineData(10, 2.088487583762545e-45)]
    public void Complementary_KnownArguments_EqualsPython(double x, double expected)
        => ErrorFunction.Complementary(x).Should().BeApproximately(expected, expected * 1e-12);

    private static double Exact(int n, int max)
    {
        BigInteger sum = 0;
        BigInteger term = 1;
        for (int k = 0; k <= max; k++)
        {
            sum += term;
            term = term * (n - k) / (k + 1);
        }

        // 60 extra bits of precision.
        double p = (double)((sum << 1 << 60) / (BigInteger.One << n)) / (1L << 60);
        return Math.Min(p, 1);
    }
}
