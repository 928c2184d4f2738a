using System.Globalization;

namespace ResNet.Net.Plots;

/// <summary>Defines plot colors that color-blind readers can distinguish: shades of one blue, an orange and a sky blue.</summary>
internal static class Palette
{
    public const string Background = "#ffffff";
    public const string Ink = "#1f2933";
    public const string Muted = "#52606d";
    public const string Rule = "#d9dee4";
    public const string Bar = "#2c6fbb";
    public const string Orange = "#f0b95a";
    public const string SkyBlue = "#9fd3f2";

    private static readonly (int R, int G, int B)[] Blues =
        [(247, 250, 253), (198, 219, 239), (107, 174, 214), (33, 113, 181), (8, 48, 107)];

    /// <summary>Returns a shade of blue.</summary>
    /// <param name="strength">From 0 (nearly white) to 1 (dark).</param>
    public static string Shade(double strength)
    {
        double position = Math.Clamp(strength, 0, 1) * (Blues.Length - 1);
        int below = Math.Min((int)position, Blues.Length - 2);
        double part = position - below;
        int Mix(int from, int to) => (int)Math.Round(from + ((to - from) * part));
        ((int R, int G, int B) a, (int R, int G, int B) b) = (Blues[below], Blues[below + 1]);
        return string.Create(CultureInfo.InvariantCulture, $"#{Mix(a.R, b.R):x2}{Mix(a.G, b.G):x2}{Mix(a.B, b.B):x2}");
    }

    /// <summary>Returns the color of text on a shade.</summary>
    public static string TextOn(double strength) => strength > 0.55 ? Background : Ink;
}
