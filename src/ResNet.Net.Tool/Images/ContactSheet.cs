using System.Globalization;
using System.Net;
using System.Text;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Images;

/// <summary>An image on the page.</summary>
/// <param name="Name">Its path or its name in a dataset.</param>
/// <param name="Open">Opens the encoded image.</param>
/// <param name="Score">A number from 0 to 1, shown as a bar; null for none.</param>
/// <param name="Note">A line of text below the name.</param>
internal sealed record SheetImage(string Name, Func<Stream> Open, double? Score = null, string? Note = null);

/// <summary>A part of the page.</summary>
/// <param name="Title">The heading; null for none.</param>
/// <param name="Main">The image that the others belong to, shown larger; null for none.</param>
/// <param name="Images">The images.</param>
internal sealed record SheetSection(string? Title, SheetImage? Main, IReadOnlyList<SheetImage> Images);

/// <summary>Writes images as an HTML page that contains its thumbnails.</summary>
internal static class ContactSheet
{
    private const int MainSide = 560, OtherSide = 360;

    private const string Style = """
        :root { color-scheme: light dark; --back: #f6f6f4; --card: #fff; --text: #1d1d1f; --faint: #6b6b70;
          --line: #e2e2de; --bar: #2f7d5b; }
        @media (prefers-color-scheme: dark) {
          :root { --back: #161618; --card: #212124; --text: #ececee; --faint: #9b9ba1; --line: #343438; --bar: #5cc493; }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1400px; padding: 32px; background: var(--back); color: var(--text);
          font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
        h1 { margin: 0; font-size: 22px; }
        header p { margin: 4px 0 28px; color: var(--faint); }
        section { display: grid; grid-template-columns: minmax(200px, 300px) 1fr; gap: 28px; align-items: start; margin: 0 0 32px; }
        h2 { grid-column: 1 / -1; margin: 0; font-size: 17px; }
        h2 + .images { grid-column: 1 / -1; }
        .note { margin-top: 4px; color: var(--faint); }
        section + section { border-top: 1px solid var(--line); padding-top: 32px; }
        .images { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 16px; }
        figure { margin: 0; overflow: hidden; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
        .query { position: sticky; top: 16px; border: 2px solid var(--bar); }
        img, .missing { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; background: var(--line); }
        .missing { display: grid; place-items: center; color: var(--faint); font-size: 13px; }
        figcaption { padding: 10px 12px 12px; font-size: 13px; overflow-wrap: anywhere; }
        .score { display: flex; align-items: center; gap: 10px; margin-top: 6px; font-weight: 600; font-variant-numeric: tabular-nums; }
        .bar { flex: 1; height: 4px; border-radius: 2px; background: var(--line); }
        .bar i { display: block; height: 100%; border-radius: 2px; background: var(--bar); }
        @media (max-width: 640px) { body { padding: 16px; } section { grid-template-columns: 1fr; } }
        @media print { body { background: none; } section { break-inside: avoid; } }
        """;

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="title">The heading of the page.</param>
    /// <param name="summary">The text below the heading.</param>
    /// <param name="sections">The parts.</param>
    public static void Write(string path, string title, string summary, IReadOnlyList<SheetSection> sections)
    {
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n")
            .Append(CultureInfo.InvariantCulture, $"<header><h1>{Encode(title)}</h1>\n<p>{Encode(summary)}</p></header>\n");
        foreach (SheetSection section in sections)
        {
            page.Append("<section>\n");
            page.Append(section.Title is null ? "" : $"<h2>{Encode(section.Title)}</h2>\n");
            if (section.Main is SheetImage main)
            {
                Append(page, main, isMain: true);
            }

            page.Append("<div class=\"images\">\n");
            foreach (SheetImage image in section.Images)
            {
                Append(page, image, isMain: false);
            }

            page.Append("</div>\n</section>\n");
        }

        TextFiles.Write(path, page.Append("</body>\n</html>\n").ToString());
    }

    private static void Append(StringBuilder page, SheetImage image, bool isMain)
    {
        string name = Encode(Path.GetFileName(image.Name));
        string? thumbnail = Thumbnail.TryCreate(image.Open, isMain ? MainSide : OtherSide);
        page.Append(CultureInfo.InvariantCulture, $"<figure{(isMain ? " class=\"query\"" : "")} title=\"{Encode(image.Name)}\">")
            .Append(thumbnail is null ? "<span class=\"missing\">no preview</span>" : $"<img alt=\"{name}\" src=\"{thumbnail}\">")
            .Append("<figcaption>")
            .Append(name.Replace("_", "_<wbr>", StringComparison.Ordinal))
            .Append(image.Note is null ? "" : $"<div class=\"note\">{Encode(image.Note)}</div>");
        if (image.Score is double value)
        {
            double width = Math.Clamp(100 * value, 0, 100);
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"score\"><div class=\"bar\"><i style=\"width:{width:F0}%\"></i></div>")
                .Append(CultureInfo.InvariantCulture, $"{value:F2}</div>");
        }

        page.Append("</figcaption></figure>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
