namespace ResNet.Net.Quantization.Tests;

public class L2RangeTests
{
    [Theory]
    [InlineData("relu", ActivationType.UInt8)]
    [InlineData("tail", ActivationType.UInt8)]
    [InlineData("normal", ActivationType.UInt8)]
    [InlineData("skewed", ActivationType.UInt8)]
    [InlineData("negative", ActivationType.UInt8)]
    [InlineData("skewed", ActivationType.Int8)]
    public void Find_AnyDistribution_EqualsBruteForceOverTheGrid(string kind, ActivationType type)
    {
        AdaptiveHistogram histogram = Histograms.Of(kind, 128);
        (ActivationRange Range, double Error) best = (default, double.PositiveInfinity);
        foreach (ActivationRange range in Grid(histogram))
        {
            double error = L2Range.Error(histogram, QuantizationParameters.Of(range, type));
            best = error < best.Error ? (range, error) : best;
        }

        L2Range.Find(histogram, type).Should().Be(best.Range);
    }

    [Theory]
    [InlineData("relu")]
    [InlineData("normal")]
    [InlineData("skewed")]
    public void Error_AnyRange_EqualsTheErrorOfQuantizedPoints(string kind)
    {
        const int PointsABin = 2000;
        AdaptiveHistogram histogram = Histograms.Of(kind, 128);
        foreach (double share in new[] { 1, 0.7, 0.3, 0.05 })
        {
            QuantizationParameters parameters = QuantizationParameters.Of(
                new ActivationRange(histogram.Min * share, histogram.Max * share), ActivationType.UInt8);
            double expected = 0;
            for (int bin = 0; bin < histogram.Bins.Length; bin++)
            {
                for (int point = 0; point < PointsABin; point++)
                {
                    double x = (histogram.First + bin + ((point + 0.5) / PointsABin)) * histogram.Width;
                    double q = Math.Clamp(Math.Round((x / parameters.Scale) + parameters.ZeroPoint), 0, 255);
                    double error = x - ((q - parameters.ZeroPoint) * parameters.Scale);
                    expected += histogram.Bins[bin] * error * error / PointsABin;
                }
            }

            L2Range.Error(histogram, parameters).Should().BeApproximately(expected, expected * 1e-3);
        }
    }

    [Fact]
    public void Find_LongTailOrUniform_ClipsOnlyTheTail()
    {
        ActivationRange tail = L2Range.Find(Histograms.Of("tail", 4096), ActivationType.UInt8);
        AdaptiveHistogram even = new(4096);
        even.Add([.. Enumerable.Range(0, 10_000).Select(i => i / 10_000f)]);

        tail.Max.Should().BeLessThan(Histograms.Of("tail", 4096).Max);
        L2Range.Find(even, ActivationType.UInt8).Max.Should().BeGreaterThan(0.99);
    }

    // Implemented independently from the definition.
    private static IEnumerable<ActivationRange> Grid(AdaptiveHistogram histogram)
    {
        double min = Math.Min(histogram.Min, 0);
        double max = Math.Max(histogram.Max, 0);
        int steps = min < 0 && max > 0 ? L2Range.TwoSidedSteps : L2Range.OneSidedSteps;
        int[] lows = min < 0 ? [.. Enumerable.Range(0, steps + 1).Reverse()] : [0];
        int[] highs = max > 0 ? [.. Enumerable.Range(0, steps + 1).Reverse()] : [0];
        return from low in lows from high in highs where low + high > 0 select new ActivationRange(min * low / steps, max * high / steps);
    }
}
