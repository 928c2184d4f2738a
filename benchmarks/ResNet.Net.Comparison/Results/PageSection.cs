namespace ResNet.Net.Comparison;

/// <summary>Replaces the section of a page between two markers.</summary>
internal static class PageSection
{
    private const string Start = "<!-- comparison: ";
    private const string End = "<!-- end of comparison -->";

    /// <param name="page">The page. The comment that starts the section names the folder of the results.</param>
    /// <param name="folder">The folder of the results.</param>
    /// <param name="render">Returns the section for the path of the folder relative to the page.</param>
    public static void Replace(string page, string folder, Func<string, string> render)
    {
        string[] lines = File.ReadAllLines(page);
        int start = Array.FindIndex(lines, line => line.StartsWith(Start, StringComparison.Ordinal));
        int end = Array.IndexOf(lines, End);
        if (start < 0 || end < start)
        {
            throw new InvalidDataException($"'{page}' has no section between '{Start}... -->' and '{End}'.");
        }

        string root = RootOf(folder);
        string pageFolder = Path.GetFullPath(Path.Combine(root, Path.GetFileName(page) == "README.md" ? "." : "docs"));
        string link = Path.GetRelativePath(pageFolder, folder).Replace('\\', '/');
        string marker = $"{Start}{Path.GetRelativePath(root, folder).Replace('\\', '/')} -->";
        string[] section = [marker, "", .. render(link).TrimEnd().Split('\n'), "", End];
        File.WriteAllText(page, $"{string.Join('\n', (string[])[.. lines[..start], .. section, .. lines[(end + 1)..]])}\n");
    }

    /// <summary>Returns the folder that contains <c>benchmarks/results/NAME</c>.</summary>
    private static string RootOf(string folder) => Path.GetFullPath(Path.Combine(folder, "..", "..", ".."));
}
