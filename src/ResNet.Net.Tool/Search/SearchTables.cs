using System.Globalization;
using ResNet.Net.Samples.Support;
using Spectre.Console;

namespace ResNet.Net.Samples.Search;

/// <summary>What is found, as tables for people.</summary>
internal static class SearchTables
{
    /// <summary>The matches of one picture.</summary>
    public static void Print(IReadOnlyList<Match> matches)
    {
        Table table = new Table().RoundedBorder().AddColumn("Picture").AddColumn(new TableColumn("Similarity").RightAligned());
        foreach (Match match in matches)
        {
            table.AddRow(Terminal.Plain(ShortPath(match.Picture)), Number(match));
        }

        Terminal.Open().Write(table);
    }

    /// <summary>Pictures, and the two that are most like each.</summary>
    public static void Print(IReadOnlyList<(string Picture, IReadOnlyList<Match> Matches)> found)
    {
        Table table = new Table().RoundedBorder().AddColumns("Picture", "Most like it", "Then");
        foreach ((string picture, IReadOnlyList<Match> matches) in found)
        {
            table.AddRow([Name(picture), .. matches.Select(m => $"{Name(m.Picture)} {Number(m)}")]);
        }

        Terminal.Open().Write(table);
    }

    private static string Number(Match match) => match.Similarity.ToString("F2", CultureInfo.InvariantCulture);

    private static string Name(string path) => Terminal.Plain(Path.GetFileNameWithoutExtension(path));

    // Below the current folder people know where they are.
    private static string ShortPath(string path)
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
