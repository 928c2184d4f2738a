using ResNet.Net.Quantization.Internals.Graphs;

namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>
/// The clipping with the least squared quantization error: both rounding and clipping, over the whole histogram, each bin's values taken as spread evenly. Every pair of ends on a
/// grid is weighed by its exact error, an integral in closed form.
/// </summary>
internal static class L2Range
{
    /// <summary>Places of an end between 0 and the smallest or largest value, where values lie on both sides of 0.</summary>
    public const int TwoSidedSteps = 128;

    /// <summary>The same where they lie on one side.</summary>
    public const int OneSidedSteps = 1024;

    /// <param name="histogram">At least two different values.</param>
    /// <param name="type">What it is quantized to.</param>
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

    /// <summary>The grid, the widest range first.</summary>
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

    /// <summary>The sum of squared errors; any larger number where it is <paramref name="enough"/> or more.</summary>
    public static double Error(AdaptiveHistogram histogram, QuantizationParameters parameters, double enough = double.PositiveInfinity)
    {
        double step = parameters.Scale;
        double width = histogram.Width;
        (int least, int most) = (parameters.Least - parameters.ZeroPoint, parameters.Most - parameters.ZeroPoint);
        ReadOnlySpan<long> bins = histogram.Bins;
        double sum = 0;
        double edge = histogram.First * width;
        double integral = IntegralTo(edge, step, least, most);
        for (int i = 0; i < bins.Length && sum < enough; i++)
        {
            edge = (histogram.First + i + 1) * width;
            double next = IntegralTo(edge, step, least, most);
            sum += bins[i] * ((next - integral) / width);
            integral = next;
        }

        return sum;
    }

    /// <summary>The integral of the squared error from 0 to x: of each whole step <c>step^3 / 12</c>, and of the rest from its nearest level <c>r^3 / 3</c>.</summary>
    private static double IntegralTo(double x, double step, int least, int most)
    {
        double level = Math.Clamp(Math.Round(x / step), least, most);
        double rest = x - (level * step);
        return (level * step * step * step / 12) + (rest * rest * rest / 3);
    }
}
