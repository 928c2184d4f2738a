using System.Globalization;
using System.Net;
using System.Text;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Search;

/// <summary>Writes images and their nearest images as an HTML page that contains its thumbnails.</summary>
internal static class ContactSheet
{
    private const int QuerySide = 560, MatchSide = 360;

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
        section + section { border-top: 1px solid var(--line); padding-top: 32px; }
        .matches { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 16px; }
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

    /// <summary>Writes the page; each image is followed by its matches.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="model">The name of the model, for the header.</param>
    /// <param name="searched">The number of images that were searched.</param>
    /// <param name="found">The images and their matches.</param>
    public static void Write(string path, string model, long searched, IReadOnlyList<Similar> found)
    {
        string title = found.Count == 1 ? $"Nearest images to {Path.GetFileName(found[0].Image)}" : "Nearest images";
        StringBuilder page = new();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n")
            .Append(CultureInfo.InvariantCulture, $"<header><h1>{Encode(title)}</h1>\n<p>{Encode(model)}; ")
            .Append(CultureInfo.InvariantCulture, $"{searched:#,0} images searched. The number is the cosine of the embeddings: ")
            .Append("1 is the same direction, 0 is nothing in common.</p></header>\n");
        foreach (Similar similar in found)
        {
            page.Append("<section>\n");
            Append(page, similar.Image, null);
            page.Append("<div class=\"matches\">\n");
            foreach (Match match in similar.Matches)
            {
                Append(page, match.Image, match.Similarity);
            }

            page.Append("</div>\n</section>\n");
        }

        TextFiles.Write(path, page.Append("</body>\n</html>\n").ToString());
    }

    private static void Append(StringBuilder page, string image, float? similarity)
    {
        string name = Encode(Path.GetFileName(image));
        string? thumbnail = Thumbnail.TryCreate(image, similarity is null ? QuerySide : MatchSide);
        page.Append(CultureInfo.InvariantCulture, $"<figure{(similarity is null ? " class=\"query\"" : "")} title=\"{Encode(image)}\">")
            .Append(thumbnail is null ? "<span class=\"missing\">no preview</span>" : $"<img alt=\"{name}\" src=\"{thumbnail}\">")
            .Append("<figcaption>")
            .Append(name.Replace("_", "_<wbr>", StringComparison.Ordinal));
        if (similarity is float value)
        {
            float width = Math.Clamp(100 * value, 0, 100);
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"score\"><div class=\"bar\"><i style=\"width:{width:F0}%\"></i></div>")
                .Append(CultureInfo.InvariantCulture, $"{value:F2}</div>");
        }

        page.Append("</figcaption></figure>\n");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
