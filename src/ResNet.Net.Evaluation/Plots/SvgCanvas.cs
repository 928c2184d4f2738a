using System.Globalization;
using System.Text;
using System.Xml;

namespace ResNet.Net.Plots;

/// <summary>Writes SVG files. Coordinates are in pixels from the top left.</summary>
/// <remarks>
/// ResNet.Net.Quantization and ResNet.Net.Training also compile this file. It is used instead of ScottPlot, which draws no text with the
/// NoDependencies natives of SkiaSharp.
/// </remarks>
internal sealed class SvgCanvas(double width, double height)
{
    private readonly StringBuilder _body = new();

    public void Rectangle(Box box, string fill, string? stroke = null)
    {
        (double width, double height) = (Math.Max(box.Width, 0), Math.Max(box.Height, 0));
        _body.Append($"<rect x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(width)}\" height=\"{N(height)}\" fill=\"{fill}\"");
        _body.Append(stroke is null ? "/>\n" : $" stroke=\"{stroke}\"/>\n");
    }

    public void Line(double x1, double y1, double x2, double y2, string stroke, double thickness = 1, string? dashes = null)
    {
        _body.Append($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"");
        _body.Append($" stroke=\"{stroke}\" stroke-width=\"{N(thickness)}\"");
        _body.Append(dashes is null ? "/>\n" : $" stroke-dasharray=\"{dashes}\"/>\n");
    }

    public void Circle(double x, double y, double radius, string fill, string stroke)
        => _body.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(radius)}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n");

    /// <param name="x">The position of the anchor.</param>
    /// <param name="y">The position of the baseline.</param>
    /// <param name="text">The text; it is escaped.</param>
    /// <param name="size">The font size.</param>
    /// <param name="fill">The color.</param>
    /// <param name="anchor">The point of the text that is at <paramref name="x"/>.</param>
    /// <param name="bold">Whether the text is bold.</param>
    /// <param name="rotation">The clockwise rotation about the anchor in degrees.</param>
    public void Text(
        double x,
        double y,
        string text,
        double size,
        string fill = Palette.Ink,
        TextAnchor anchor = TextAnchor.Start,
        bool bold = false,
        double rotation = 0)
    {
        _body.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(size)}\" fill=\"{fill}\"");
        _body.Append(anchor switch { TextAnchor.Middle => " text-anchor=\"middle\"", TextAnchor.End => " text-anchor=\"end\"", _ => "" });
        _body.Append(bold ? " font-weight=\"bold\"" : "");
        _body.Append(rotation == 0 ? "" : $" transform=\"rotate({N(rotation)} {N(x)} {N(y)})\"");
        _body.Append($">{Escape(text)}</text>\n");
    }

    /// <summary>Returns the text of the SVG file.</summary>
    /// <param name="title">The text alternative for screen readers.</param>
    public string Finish(string title) => $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{N(width)}" height="{N(height)}" viewBox="0 0 {N(width)} {N(height)}" role="img"
          font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">
        <title>{Escape(title)}</title>
        <rect width="{N(width)}" height="{N(height)}" fill="{Palette.Background}"/>
        {_body}</svg>

        """.ReplaceLineEndings("\n");

    private static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    // File names and labels may contain characters that XML forbids; they become question marks.
    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], c))
            {
                escaped.Append(c).Append(text[++i]);
                continue;
            }

            escaped.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '"' => "&quot;",
                _ when char.IsControl(c) || !XmlConvert.IsXmlChar(c) => "?",
                _ => $"{c}",
            });
        }

        return escaped.ToString();
    }
}

/// <summary>Represents a rectangle on the canvas.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;
}

/// <summary>Specifies the point of a text that its position refers to.</summary>
internal enum TextAnchor
{
    Start,
    Middle,
    End,
}
