using System.Globalization;

namespace ResNet.Net.Benchmarks.Soaking;

/// <summary>Determines the warm-up of a run, and how what the process uses changes afterwards.</summary>
/// <param name="Name">What was measured, with its unit.</param>
/// <param name="Mean">The mean after the warm-up.</param>
/// <param name="Slope">The slope of the least-squares line after the warm-up, per hour.</param>
/// <param name="Error">The standard error of <paramref name="Slope"/>.</param>
/// <param name="Limit">The largest slope that passes.</param>
internal sealed record SoakTrend(string Name, double Mean, double Slope, double Error, double Limit)
{
    // Samples of neighboring moments depend on each other; means of blocks hardly do.
    private const int Blocks = 12;

    /// <summary>Gets a value indicating whether the slope is beyond the limit by more than twice its standard error.</summary>
    public bool Fails => Slope - (2 * Error) > Limit;

    /// <summary>
    /// Returns the number of samples of the warm-up: the truncation that minimizes the standard error of the mean of the rest (MSER, White
    /// 1997), and at most half of the samples.
    /// </summary>
    public static int WarmUp(IReadOnlyList<SoakSample> samples)
        => Enumerable.Range(0, (samples.Count / 2) + 1).MinBy(start =>
        {
            double[] rest = [.. samples.Skip(start).Select(s => s.Resident)];
            double mean = rest.Average();
            return rest.Sum(value => (value - mean) * (value - mean)) / ((double)rest.Length * rest.Length);
        });

    /// <summary>Returns the trends after the warm-up.</summary>
    public static SoakTrend[] Of(IReadOnlyList<SoakSample> samples)
    {
        SoakSample[] steady = [.. samples.Skip(WarmUp(samples))];
        double[] rates = [.. steady.Zip(steady.Skip(1), (a, b)
            => (b.Operations - a.Operations) / Math.Max(b.ProcessorSeconds - a.ProcessorSeconds, 0.01))];
        SoakTrend Trend(string name, Func<SoakSample, double> value, double limit)
            => Fit(name, [.. steady.Select(s => (s.Minutes / 60, value(s)))], limit);
        SoakTrend throughput = Fit("operations per processor second", [.. steady.Skip(1).Zip(rates, (s, r) => (s.Minutes / 60, r))], 0);
        return
        [
            Trend("resident memory, MB", s => s.Resident, 12),
            Trend("managed heap, MB", s => s.Heap, 12),
            Trend("managed heap without fragmentation, MB", s => s.Heap - s.Fragmented, 6),
            Trend("allocated with malloc, MB", s => s.NativeUsed, 6),
            Trend("retained by malloc, MB", s => s.NativeFree, 12),
            Trend("threads", s => s.Threads, 2),
            Trend("open files and sockets", s => s.Handles, 2),

            // The slope of what must not fall has the opposite sign; it may fall by 10 % per hour.
            throughput with { Limit = 0.1 * throughput.Mean, Slope = -throughput.Slope },
        ];
    }

    /// <summary>Returns a row of the report.</summary>
    public string Row(bool falls) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Name} | {Mean:F1} | {(falls ? -Slope : Slope):+0.0;-0.0;0.0} ± {Error:F1} | {(falls ? "-" : "+")}{Limit:F1} | "
        + $"{(Fails ? "**fails**" : "passes")} |");

    private static SoakTrend Fit(string name, (double X, double Y)[] points, double limit)
    {
        int size = Math.Max(1, points.Length / Blocks);
        (double X, double Y)[] blocks =
            [.. points.Chunk(size).Select(block => (block.Average(p => p.X), block.Average(p => p.Y)))];
        (double x, double y) = (blocks.Average(p => p.X), blocks.Average(p => p.Y));
        double spread = blocks.Sum(p => (p.X - x) * (p.X - x));
        double slope = spread == 0 ? 0 : blocks.Sum(p => (p.X - x) * (p.Y - y)) / spread;
        double residual = blocks.Sum(p => Math.Pow(p.Y - y - (slope * (p.X - x)), 2));
        double error = blocks.Length > 2 && spread > 0 ? Math.Sqrt(residual / (blocks.Length - 2) / spread) : double.PositiveInfinity;
        return new SoakTrend(name, points.Average(p => p.Y), slope, error, limit);
    }
}
