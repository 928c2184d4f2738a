using System.Globalization;

namespace ResNet.Net.Evaluation;

/// <summary>Computes axis steps and formats axis labels.</summary>
internal static class Axis
{
    /// <summary>Returns a step of 1, 2 or 5 times a power of ten that divides a range into about the given number of parts.</summary>
    public static int Step(int range, int parts)
    {
        double rough = Math.Max((double)range / parts, 1);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        return (int)Math.Round(step);
    }

    /// <summary>Formats a count in at most four characters: 7, 940, 7.2k, 41k.</summary>
    public static string Short(int count) => count switch
    {
        < 1000 => count.ToString(CultureInfo.InvariantCulture),
        < 9950 => (count / 1000.0).ToString("0.0", CultureInfo.InvariantCulture) + "k",
        < 999_500 => (count / 1000.0).ToString("0", CultureInfo.InvariantCulture) + "k",
        _ => (count / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + "M",
    };
}
