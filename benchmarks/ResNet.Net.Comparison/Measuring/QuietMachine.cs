using System.Globalization;

namespace ResNet.Net.Comparison;

/// <summary>Measures how busy the machine is before the comparison starts.</summary>
/// <param name="BusyFraction">The part of all cores that was busy for two seconds; 0 where the system does not report it.</param>
internal sealed record QuietMachine(double BusyFraction)
{
    /// <summary>The largest busy fraction of a quiet machine.</summary>
    public const double Limit = 0.08;

    private const string Statistics = "/proc/stat";

    public bool IsQuiet => BusyFraction <= Limit;

    public static QuietMachine Measure()
    {
        if (!File.Exists(Statistics))
        {
            return new QuietMachine(0);
        }

        (long busy, long total) before = Read();
        Thread.Sleep(2000);
        (long busy, long total) after = Read();
        return new QuietMachine(Math.Round((double)(after.busy - before.busy) / Math.Max(after.total - before.total, 1), 3));
    }

    /// <summary>Returns the busy and all ticks of all cores: idle and waiting for disks is not busy, stolen by other machines is.</summary>
    private static (long Busy, long Total) Read()
    {
        long[] ticks =
        [
            .. File.ReadLines(Statistics).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
                .Select(text => long.Parse(text, CultureInfo.InvariantCulture)),
        ];
        long total = ticks.Sum();
        return (total - ticks[3] - ticks[4], total);
    }
}
