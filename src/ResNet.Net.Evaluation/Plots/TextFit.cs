namespace ResNet.Net.Evaluation;

/// <summary>Fits text into a width. The font depends on the viewer, so widths are conservative estimates.</summary>
internal static class TextFit
{
    private const double CharacterWidth = 0.62;
    private const int WideFrom = 0x1100;

    public static double WidthOf(string text, double size) => text.Sum(CellsOf) * size * CharacterWidth;

    /// <summary>Returns the first of a label's comma-separated synonyms, shortened to the width.</summary>
    public static string Label(string label, double width, double size)
        => ToWidth(label.Split(',')[0].Trim() is { Length: > 0 } first ? first : label, width, size);

    /// <summary>Returns the text, shortened with an ellipsis if it is wider than <paramref name="width"/>.</summary>
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

    // East Asian characters are wider.
    private static double CellsOf(char c) => c >= WideFrom ? 1.7 : 1;
}
