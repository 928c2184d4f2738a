namespace ResNet.Net.Quantization.Tests;

public class PercentileRangeTests
{
    [Theory]
    [InlineData("relu", 99)]
    [InlineData("tail", 99.9)]
    [InlineData("normal", 99)]
    [InlineData("skewed", 95)]
    [InlineData("negative", 99)]
    public void Find_AnyDistribution_EqualsSortedValuesWithinABin(string kind, double percentile)
    {
        const int Count = 20_000;
        float[] sorted = [.. Histograms.Values(kind, Count, 5).Order()];
        AdaptiveHistogram histogram = Histograms.Of(kind, 4096, Count);
        bool twoSided = sorted[0] < 0 && sorted[^1] > 0;
        int outside = (int)Math.Round(Count * (100 - percentile) / 100 / (twoSided ? 2 : 1));

        ActivationRange range = PercentileRange.Find(histogram, percentile);

        // Each end lies between two neighbors in the sorted list.
        range.Min
            .Should().BeInRange(
                (sorted[0] < 0 ? sorted[outside - 1] : sorted[0]) - histogram.Width,
                (sorted[0] < 0 ? sorted[outside] : sorted[0]) + histogram.Width);
        range.Max
            .Should().BeInRange(
                (sorted[^1] > 0 ? sorted[^(outside + 1)] : sorted[^1]) - histogram.Width,
                (sorted[^1] > 0 ? sorted[^outside] : sorted[^1]) + histogram.Width);
    }

    [Fact]
    public void Find_100Percent_ReturnsTheWholeRange()
    {
        AdaptiveHistogram histogram = Histograms.Of("normal", 1024);

        PercentileRange.Find(histogram, 100).Should().Be(new ActivationRange(histogram.Min, histogram.Max));
    }
}
