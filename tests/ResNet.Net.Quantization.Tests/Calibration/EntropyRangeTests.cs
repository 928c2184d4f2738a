namespace ResNet.Net.Quantization.Tests;

public class EntropyRangeTests
{
    [Theory]
    [InlineData("relu", 1024)]
    [InlineData("tail", 2048)]
    [InlineData("normal", 1024)]
    [InlineData("skewed", 2048)]
    [InlineData("relu", 512)]
    public void Find_AnyDistribution_EqualsNaiveMinimum(string kind, int bins)
    {
        AdaptiveHistogram histogram = Histograms.Of(kind, bins);
        (int Reach, double Divergence) best = (0, double.PositiveInfinity);
        foreach (int reach in EntropyRange.Candidates(histogram))
        {
            double divergence = Naive(histogram, reach);
            best = divergence < best.Divergence ? (reach, divergence) : best;
        }

        ActivationRange range = EntropyRange.Find(histogram);

        double limit = best.Reach * histogram.Width;
        range.Max.Should().BeApproximately(Math.Min(histogram.Max, limit), 1e-12);
        range.Min.Should().BeApproximately(Math.Max(histogram.Min, -limit), 1e-12);
    }

    [Fact]
    public void Find_LongTail_ClipsIt()
        => EntropyRange.Find(Histograms.Of("tail", 4096)).Max.Should().BeLessThan(Histograms.Of("tail", 4096).Max / 2);

    [Fact]
    public void Candidates_First_ContainsTheWholeHistogram()
    {
        AdaptiveHistogram histogram = Histograms.Of("skewed", 4096);

        (int start, int end) = EntropyRange.Inside(histogram, EntropyRange.Candidates(histogram).First());

        (start, end).Should().Be((0, histogram.Bins.Length));
    }

    private static double Naive(AdaptiveHistogram histogram, int reach)
    {
        long[] bins = histogram.Bins.ToArray();
        long zero = -histogram.First;
        if (zero >= 0 && zero < bins.Length)
        {
            bins[zero] = zero == bins.Length - 1 ? bins[zero - 1] : bins[zero + 1];
        }

        List<double> inside = [];
        double below = 0;
        double above = 0;
        for (int i = 0; i < bins.Length; i++)
        {
            long bin = histogram.First + i;
            if (bin < -reach)
            {
                below += bins[i];
            }
            else if (bin >= reach)
            {
                above += bins[i];
            }
            else
            {
                inside.Add(bins[i]);
            }
        }

        double[] p = [.. inside];
        p[0] += below;
        p[^1] += above;
        int levels = Math.Min(256, p.Length);
        double[] q = new double[p.Length];
        int LevelOf(int bin) => Enumerable.Range(0, levels).Last(l => (long)l * p.Length / levels <= bin);
        foreach (IGrouping<int, int> group in Enumerable.Range(0, p.Length).GroupBy(LevelOf))
        {
            int[] filled = [.. group.Where(i => p[i] > 0)];
            foreach (int i in filled)
            {
                q[i] = group.Sum(j => inside[j]) / filled.Length;
            }
        }

        if (q.Sum() == 0)
        {
            return double.PositiveInfinity;
        }

        double[] Smoothed(double[] values)
        {
            double[] positive = [.. values.Select(v => v == 0 ? 1e-4 : v)];
            return [.. positive.Select(v => v / positive.Sum())];
        }

        return Smoothed(p).Zip(Smoothed(q), (a, b) => a * Math.Log(a / b)).Sum();
    }
}
