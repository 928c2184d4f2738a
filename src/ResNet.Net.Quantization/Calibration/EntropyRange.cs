namespace ResNet.Net.Quantization;

/// <summary>
/// Finds the symmetric clipping |x| &lt;= T with the smallest Kullback-Leibler divergence between the histogram and its quantized form
/// (Migacz, "8-bit inference with TensorRT", GTC 2017), restricted to the observed values.
/// </summary>
/// <remarks>
/// For each T, P is the clipped histogram, with the clipped counts added to its end bins. Q holds the counts within T, merged into 256
/// levels and spread evenly over the non-empty bins. Zeros of both are smoothed. The bin of 0 is replaced by its neighbor, as in NVIDIA's
/// pytorch-quantization: the zeros of a Relu, half of all values or more, are exact under any clipping and would hide its cost.
/// </remarks>
internal static class EntropyRange
{
    public const int Levels = 256;
    public const int MaxCandidates = 512;

    private const double Smoothing = 1e-4;

    /// <param name="histogram">A histogram with at least one value.</param>
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

    /// <summary>
    /// Returns the thresholds to try, in bins from 0: first the one that contains all values, then evenly spaced ones down to the number of
    /// levels.
    /// </summary>
    public static IEnumerable<int> Candidates(AdaptiveHistogram histogram)
    {
        long last = histogram.First + histogram.Bins.Length;
        int most = (int)Math.Max(Math.Abs(histogram.First), Math.Abs(last));
        int least = histogram.First < 0 && last > 0 ? Levels / 2 : Levels;
        int stride = Math.Max(1, (most - least) / MaxCandidates);
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

    /// <summary>Returns the bins within a threshold.</summary>
    public static (int Start, int End) Inside(AdaptiveHistogram histogram, int reach)
        => ((int)Math.Max(0, -reach - histogram.First), (int)Math.Min(histogram.Bins.Length, reach - histogram.First));

    /// <summary>Returns the counts with the bin that starts at 0 replaced by its neighbor.</summary>
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

    // Normalizes the counts and replaces zeros; returns false if all counts are 0.
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
