namespace ResNet.Net.Quantization;

/// <summary>Finds the clipping with the least squared error of rounding and clipping.</summary>
/// <remarks>Values are assumed to be uniform within a bin. The error of each candidate range on a grid is an exact integral.</remarks>
internal static class L2Range
{
    /// <summary>The number of grid steps from 0 to either end if values have both signs.</summary>
    public const int TwoSidedSteps = 128;

    /// <summary>The number of grid steps from 0 to the end if all values have the same sign.</summary>
    public const int OneSidedSteps = 1024;

    /// <param name="histogram">A histogram with at least two different values.</param>
    /// <param name="type">The integer type.</param>
    public static ActivationRange Find(AdaptiveHistogram histogram, ActivationType type)
    {
        (ActivationRange Range, double Error) best = (new ActivationRange(histogram.Min, histogram.Max), double.PositiveInfinity);
        foreach (ActivationRange range in Candidates(histogram))
        {
            double error = Error(histogram, QuantizationParameters.Of(range, type), best.Error);
            if (error < best.Error)
            {
                best = (range, error);
            }
        }

        return best.Range;
    }

    /// <summary>Returns the candidate ranges, widest first.</summary>
    public static IEnumerable<ActivationRange> Candidates(AdaptiveHistogram histogram)
    {
        ActivationRange whole = new ActivationRange(histogram.Min, histogram.Max).WithZero;
        int steps = whole.Min < 0 && whole.Max > 0 ? TwoSidedSteps : OneSidedSteps;
        for (int low = whole.Min < 0 ? steps : 0; low >= 0; low--)
        {
            for (int high = whole.Max > 0 ? steps : 0; high >= 0; high--)
            {
                if (low > 0 || high > 0)
                {
                    yield return new ActivationRange(whole.Min * low / steps, whole.Max * high / steps);
                }
            }
        }
    }

    /// <summary>Returns the sum of squared errors, or any value above it once it reaches <paramref name="limit"/>.</summary>
    public static double Error(AdaptiveHistogram histogram, QuantizationParameters parameters, double limit = double.PositiveInfinity)
    {
        double step = parameters.Scale;
        double width = histogram.Width;
        (int min, int max) = (parameters.MinInteger - parameters.ZeroPoint, parameters.MaxInteger - parameters.ZeroPoint);
        ReadOnlySpan<long> bins = histogram.Bins;
        double sum = 0;
        double edge = histogram.First * width;
        double integral = IntegralTo(edge, step, min, max);
        for (int i = 0; i < bins.Length && sum < limit; i++)
        {
            edge = (histogram.First + i + 1) * width;
            double next = IntegralTo(edge, step, min, max);
            sum += bins[i] * ((next - integral) / width);
            integral = next;
        }

        return sum;
    }

    // The integral of the squared error from 0 to x: step^3 / 12 for each whole step, and r^3 / 3 for the distance r to the nearest level.
    private static double IntegralTo(double x, double step, int min, int max)
    {
        double level = Math.Clamp(Math.Round(x / step), min, max);
        double rest = x - (level * step);
        return (level * step * step * step / 12) + (rest * rest * rest / 3);
    }
}
