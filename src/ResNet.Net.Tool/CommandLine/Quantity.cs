using System.Globalization;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>Words numbers of things.</summary>
internal static class Quantity
{
    /// <summary>Returns a text such as <c>1 image</c> or <c>1,200 images</c>.</summary>
    /// <param name="count">The number.</param>
    /// <param name="one">The noun for one.</param>
    /// <param name="many">The noun for other numbers; null to append an s.</param>
    public static string Of(long count, string one, string? many = null)
        => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {(count == 1 ? one : many ?? one + "s")}");
}
