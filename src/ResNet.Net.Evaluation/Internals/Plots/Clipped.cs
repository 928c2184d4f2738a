namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>Texts that must fit. The font is whatever the viewer has, so widths are estimates on the safe side.</summary>
internal static class Clipped
{
    private const double CharacterWidth = 0.62;
    private const int WideFrom = 0x1100;

    public static double WidthOf(string text, double size) => text.Sum(CellsOf) * size * CharacterWidth;

    /// <summary>A class's first name: ImageNet's have several, with commas between.</summary>
    public static string Label(string label, double width, double size) => ToWidth(label.Split(',')[0].Trim() is { Length: > 0 } first ? first : label, width, size);

    /// <summary>The text, or as much of its start as fits, with an ellipsis.</summary>
    public static string ToWidth(string text, double width, double size)
    {
        if (WidthOf(text, size) <= width)
        {
            return text;
        }

        int end = text.Length;
        while (end > 0 && (WidthOf(text[..end], size) > width - (size * CharacterWidth) || char.IsHighSurrogate(text[end - 1])))
        {
            end--;
        }

        return text[..end].TrimEnd(' ', ',') + "…";
    }

    // Scripts such as Chinese take two cells a character.
    private static double CellsOf(char c) => c >= WideFrom ? 1.7 : 1;
}
