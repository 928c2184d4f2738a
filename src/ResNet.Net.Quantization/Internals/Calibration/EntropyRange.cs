namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>
/// The symmetric clipping |x| &lt;= T whose quantized distribution is nearest to the histogram's in the sense of Kullback and Leibler (Migacz, "8-bit inference with TensorRT", GTC 2017),
/// cut to where values are. For each T: P is the histogram inside with what is outside added to its end bins; Q is the inside alone, merged into 256 levels and spread again over the
/// bins that hold something; zeros of both are smoothed. The bin of 0 counts as much as its neighbour: a Relu's zeros, half of all values and more, are exact under any clipping and would
/// hide what the clipping costs (NVIDIA's pytorch-quantization does the same).
/// </summary>
internal static class EntropyRange
{
    public const int Levels = 256;
    public const int MostCandidates = 512;

    private const double Smoothing = 1e-4;

    /// <param name="histogram">At least one value.</param>
    public static ActivationRange Find(AdaptiveHistogram histogram)
    {
        long[] bins = WithoutZeros(histogram);
        double[] p = new double[bins.Length];
        double[] q = new double[p.Length];
        (ActivationRange Range, double Divergence) best = (new ActivationRange(histogram.Min, histogram.Max), double.PositiveInfinity);
        foreach (int reach in Candidates(histogram))
        {
            (int start, int end) = Inside(histogram, reach);
            double divergence = Divergence(bins, start, end, p.AsSpan(0, end - start), q.AsSpan(0, end - start));
            if (divergence < best.Divergence)
            {
                double limit = reach * histogram.Width;
                best = (new ActivationRange(Math.Max(histogram.Min, -limit), Math.Min(histogram.Max, limit)), divergence);
            }
        }

        return best.Range;
    }

    /// <summary>Thresholds in bins from 0: evenly, from the first with more bins inside than levels up to the one that holds all, which comes first.</summary>
    public static IEnumerable<int> Candidates(AdaptiveHistogram histogram)
    {
        long last = histogram.First + histogram.Bins.Length;
        int most = (int)Math.Max(Math.Abs(histogram.First), Math.Abs(last));
        int least = histogram.First < 0 && last > 0 ? Levels / 2 : Levels;
        int stride = Math.Max(1, (most - least) / MostCandidates);
        yield return most;
        for (int reach = most - stride; reach >= least; reach -= stride)
        {
            (int start, int end) = Inside(histogram, reach);
            if (end > start)
            {
                yield return reach;
            }
        }
    }

    /// <summary>The bins of |x| up to a threshold.</summary>
    public static (int Start, int End) Inside(AdaptiveHistogram histogram, int reach)
        => ((int)Math.Max(0, -reach - histogram.First), (int)Math.Min(histogram.Bins.Length, reach - histogram.First));

    /// <summary>The counts, with that of the bin which 0 begins made that of its neighbour away from 0.</summary>
    public static long[] WithoutZeros(AdaptiveHistogram histogram)
    {
        long[] bins = histogram.Bins.ToArray();
        long zero = -histogram.First;
        if (zero >= 0 && zero < bins.Length && bins.Length > 1)
        {
            bins[zero] = bins[zero + 1 < bins.Length ? zero + 1 : zero - 1];
        }

        return bins;
    }

    private static double Divergence(ReadOnlySpan<long> bins, int start, int end, Span<double> p, Span<double> q)
    {
        int length = end - start;
        for (int i = 0; i < length; i++)
        {
            p[i] = bins[start + i];
        }

        p[0] += Sum(bins[..start]);
        p[^1] += Sum(bins[end..]);
        int levels = Math.Min(Levels, length);
        for (int level = 0; level < levels; level++)
        {
            int from = (int)((long)level * length / levels);
            int to = (int)((long)(level + 1) * length / levels);
            double sum = 0;
            int filled = 0;
            for (int i = from; i < to; i++)
            {
                sum += bins[start + i];
                filled += p[i] > 0 ? 1 : 0;
            }

            for (int i = from; i < to; i++)
            {
                q[i] = p[i] > 0 ? sum / filled : 0;
            }
        }

        if (!Smooth(p) || !Smooth(q))
        {
            return double.PositiveInfinity;
        }

        double divergence = 0;
        for (int i = 0; i < length; i++)
        {
            divergence += p[i] * Math.Log(p[i] / q[i]);
        }

        return divergence;
    }

    /// <summary>Makes a distribution of counts that is nowhere 0; false where there are too few to take from.</summary>
    private static bool Smooth(Span<double> distribution)
    {
        int zeros = 0;
        double total = 0;
        foreach (double value in distribution)
        {
            zeros += value == 0 ? 1 : 0;
            total += value;
        }

        if (total == 0)
        {
            return false;
        }

        double sum = total + (zeros * Smoothing);
        for (int i = 0; i < distribution.Length; i++)
        {
            distribution[i] = (distribution[i] == 0 ? Smoothing : distribution[i]) / sum;
        }

        return true;
    }

    private static double Sum(ReadOnlySpan<long> bins)
    {
        double sum = 0;
        foreach (long count in bins)
        {
            sum += count;
        }

        return sum;
    }
}
