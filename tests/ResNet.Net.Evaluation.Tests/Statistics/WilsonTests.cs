namespace ResNet.Net.Evaluation.Tests;

public class WilsonTests
{
    [Fact]
    public void Interval_EveryCountOf40_BoundsSolveTheScoreEquation()
    {
        const double Z = 1.959963984540054;
        for (int right = 0; right <= 40; right++)
        {
            ConfidenceInterval interval = Wilson.Interval(right, 40);
            double share = right / 40.0;
            foreach (double bound in new[] { interval.Low / 100, interval.High / 100 }.Where(b => b is > 1e-12 and < 1 - 1e-12))
            {
                Math.Abs(share - bound).Should().BeApproximately(Z * Math.Sqrt(bound * (1 - bound) / 40), 1e-12);
            }

            interval.Low.Should().BeLessThanOrEqualTo(100 * share + 1e-9);
            interval.High.Should().BeGreaterThanOrEqualTo(100 * share - 1e-9);
        }
    }

    [Fact]
    public void Interval_ZeroCount_ReturnsFullRange() => Wilson.Interval(0, 0).Should().Be(new ConfidenceInterval(0, 100));
}
