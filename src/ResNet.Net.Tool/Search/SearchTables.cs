using System.Globalization;
using ResNet.Net.Tool.CommandLine;
using Spectre.Console;

namespace ResNet.Net.Tool.Search;

/// <summary>Prints search results as tables.</summary>
internal static class SearchTables
{
    /// <summary>Prints the matches of one image.</summary>
    public static void Print(IReadOnlyList<Match> matches)
    {
        Table table = new Table().RoundedBorder().AddColumn("Image").AddColumn(new TableColumn("Similarity").RightAligned());
        foreach (Match match in matches)
        {
            table.AddRow(Terminal.Plain(ShortPath(match.Image)), Number(match));
        }

        Terminal.Open().Write(table);
    }

    /// <summary>Prints images and the two most similar images of each.</summary>
    public static void Print(IReadOnlyList<Similar> found)
    {
        Table table = new Table().RoundedBorder().AddColumns("Image", "Most similar", "Second");
        foreach (Similar similar in found)
        {
            table.AddRow([Name(similar.Image), .. similar.Matches.Select(m => $"{Name(m.Image)} {Number(m)}")]);
        }

        Terminal.Open().Write(table);
    }

    private static string Number(Match match) => match.Similarity.ToString("F2", CultureInfo.InvariantCulture);

    private static string Name(string path) => Terminal.Plain(Path.GetFileNameWithoutExtension(path));

    // Paths below the current folder are shown relative to it.
    private static string ShortPath(string path)
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
