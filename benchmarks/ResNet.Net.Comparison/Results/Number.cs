using System.Globalization;

namespace ResNet.Net.Comparison;

/// <summary>Formats figures with three significant digits, or more before the decimal point.</summary>
internal static class Number
{
    public static string Format(double? value) => value switch
    {
        null => "",
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string Thousands(long? value) => value?.ToString("#,0", CultureInfo.InvariantCulture) ?? "";
}
