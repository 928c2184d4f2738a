namespace ResNet.Net.Quantization.Tests;

public class AdaptiveHistogramTests
{
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, -3, 5)]
    [InlineData(3, -1e-20, 1e-20)]
    [InlineData(4, 1e30, 3e30)]
    [InlineData(5, -7, -6)]
    [InlineData(6, -1e-3, 1e6)]
    public void Add_WideningBatches_EqualsLiteralCounts(int seed, double min, double max)
    {
        const int Bins = 64;
        Random random = new(seed);
        List<float> all = [];
        AdaptiveHistogram histogram = new(Bins);
        for (int batch = 0; batch < 40; batch++)
        {
            // Each batch is wider than the previous one.
            float[] values =
                [.. Enumerable.Range(0, 50).Select(_ => (float)(min + ((max - min) * random.NextDouble() * Math.Pow(2, batch - 39))))];
            histogram.Add(values);
            all.AddRange(values);
            histogram.Bins.ToArray().Sum().Should().Be(all.Count, "no count is lost");
        }

        histogram.Count.Should().Be(all.Count);
        histogram.Min.Should().Be(all.Min());
        histogram.Max.Should().Be(all.Max());
        histogram.Bins.Length.Should().BeLessThanOrEqualTo(Bins).And.BeGreaterThanOrEqualTo((Bins / 2) - 1);
        Literal(all, histogram).Should().Equal(histogram.Bins.ToArray());
    }

    [Fact]
    public void Add_OtherOrderAndBatches_GivesEqualHistograms()
    {
        Random random = new(1);
        float[] values =
            [.. Enumerable.Range(0, 5000).Select(_ => (float)(Math.Pow(random.NextDouble(), 5) * 100 * (random.Next(2) == 0 ? -1 : 1)))];
        AdaptiveHistogram together = new(512);
        together.Add(values);
        AdaptiveHistogram apart = new(512);
        foreach (float[] chunk in values.Reverse().Chunk(17))
        {
            apart.Add(chunk);
        }

        apart.Width.Should().Be(together.Width);
        apart.First.Should().Be(together.First);
        apart.Bins.ToArray().Should().Equal(together.Bins.ToArray());
    }

    [Fact]
    public void Add_ZerosOfBothSigns_CountAsOneValue()
    {
        AdaptiveHistogram histogram = new(8);
        histogram.Add([0f, -0f, 0f]);

        histogram.Bins.ToArray().Should().Equal(3L);
    }

    private static long[] Literal(List<float> values, AdaptiveHistogram histogram)
    {
        long[] counts = new long[histogram.Bins.Length];
        foreach (float value in values)
        {
            counts[(long)Math.Floor(value / histogram.Width) - histogram.First]++;
        }

        return counts;
    }
}
