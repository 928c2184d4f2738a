using System.Globalization;
using System.Text;
using System.Xml;

namespace ResNet.Net.Evaluation.Internals.Plots;

/// <summary>Writes SVG. Lengths are in pixels from the top left.</summary>
internal sealed class SvgCanvas(double width, double height)
{
    private readonly StringBuilder _body = new();

    public void Rectangle(Box box, string fill, string? stroke = null)
    {
        _body.Append($"<rect x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(Math.Max(box.Width, 0))}\" height=\"{N(Math.Max(box.Height, 0))}\" fill=\"{fill}\"");
        _body.Append(stroke is null ? "/>\n" : $" stroke=\"{stroke}\"/>\n");
    }

    public void Line(double x1, double y1, double x2, double y2, string stroke, double thickness = 1, string? dashes = null)
    {
        _body.Append($"<line x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\" stroke=\"{stroke}\" stroke-width=\"{N(thickness)}\"");
        _body.Append(dashes is null ? "/>\n" : $" stroke-dasharray=\"{dashes}\"/>\n");
    }

    /// <param name="x">Where the text is anchored.</param>
    /// <param name="y">Its baseline.</param>
    /// <param name="text">Any text.</param>
    /// <param name="size">Its height.</param>
    /// <param name="fill">Its colour.</param>
    /// <param name="anchor">What lies at <paramref name="x"/>.</param>
    /// <param name="bold">Whether it is bold.</param>
    /// <param name="turned">Degrees that it is turned clockwise about its anchor.</param>
    public void Text(double x, double y, string text, double size, string fill = Palette.Ink, TextAnchor anchor = TextAnchor.Start, bool bold = false, double turned = 0)
    {
        _body.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" font-size=\"{N(size)}\" fill=\"{fill}\"");
        _body.Append(anchor switch { TextAnchor.Middle => " text-anchor=\"middle\"", TextAnchor.End => " text-anchor=\"end\"", _ => "" });
        _body.Append(bold ? " font-weight=\"bold\"" : "");
        _body.Append(turned == 0 ? "" : $" transform=\"rotate({N(turned)} {N(x)} {N(y)})\"");
        _body.Append($">{Escape(text)}</text>\n");
    }

    /// <param name="title">What the picture shows, for those who cannot see it.</param>
    public string Finish(string title) => $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{N(width)}" height="{N(height)}" viewBox="0 0 {N(width)} {N(height)}" role="img" font-family="Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif">
        <title>{Escape(title)}</title>
        <rect width="{N(width)}" height="{N(height)}" fill="{Palette.Background}"/>
        {_body}</svg>

        """.ReplaceLineEndings("\n");

    private static string N(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);

    /// <summary>Names of files and labels may hold what XML must not, which becomes a question mark.</summary>
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
