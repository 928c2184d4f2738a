using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Represents a page of the documentation.</summary>
internal sealed partial class Page
{
    private static readonly string[] Folders = [".", "docs", "samples", "benchmarks", "training"];

    private Page(string name, string[] lines)
    {
        Name = name;
        Lines = lines;
        Fences = [.. FindFences(lines)];
    }

    /// <summary>Gets all pages for readers: those of the folders above, and the READMEs of the packages.</summary>
    public static IReadOnlyList<Page> All { get; } =
    [
        .. Folders.SelectMany(folder => Directory.GetFiles(Path.Combine(TestFolders.Repository, folder), "*.md"))
            .Concat(
                Directory.GetDirectories(Path.Combine(TestFolders.Repository, "src"))
                    .SelectMany(folder => Directory.GetFiles(folder, "*.md")))
            .Select(path => Path.GetRelativePath(TestFolders.Repository, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Gets the path in the repository, with forward slashes.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Lines { get; }

    public IReadOnlyList<Fence> Fences { get; }

    /// <summary>Gets the lines that are neither in a fence nor indented as code.</summary>
    public IEnumerable<(int Number, string Text)> Prose => Lines.Select((text, i) => (Number: i + 1, Text: text))
        .Where(line => !IsInFence(line.Number) && !line.Text.StartsWith("    ", StringComparison.Ordinal));

    /// <summary>
    /// Gets the lines of command blocks: shell fences and indented code. A line that is indented further continues the previous one.
    /// </summary>
    public IEnumerable<(int Number, string Text)> CommandLines
    {
        get
        {
            IEnumerable<(int Number, string Text)> indented = Lines.Select((text, i) => (Number: i + 1, Text: text))
                .Where(line => line.Text.StartsWith("    ", StringComparison.Ordinal) && !IsInFence(line.Number))
                .Select(line => (line.Number, line.Text[4..]));
            IEnumerable<(int Number, string Text)> fenced = Fences.Where(
                fence => fence.Language is "" or "bash" or "sh" or "console" or "powershell")
                .SelectMany(fence => fence.Lines.Select((text, i) => (fence.FirstLine + i, text)));
            List<(int Number, string Text)> joined = [];
            foreach ((int number, string text) in indented.Concat(fenced).OrderBy(line => line.Number))
            {
                if (text.StartsWith(' ') && joined.Count > 0 && joined[^1].Number >= number - 3)
                {
                    joined[^1] = (joined[^1].Number, $"{joined[^1].Text.TrimEnd('\\')} {text.Trim()}");
                    continue;
                }

                joined.Add((number, text));
            }

            return joined;
        }
    }

    /// <summary>Gets the anchors that GitHub creates for the headings.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            HashSet<string> anchors = [];
            foreach ((_, string text) in Prose.Where(line => line.Text.StartsWith('#')))
            {
#pragma warning disable CA1308 // Anchors are lowercase.
                string slug = NotInAnchors().Replace(text.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');
#pragma warning restore CA1308
                string anchor = slug;
                for (int number = 1; !anchors.Add(anchor); number++)
                {
                    anchor = $"{slug}-{number}";
                }
            }

            return anchors;
        }
    }

    public static Page Read(string name) => new(name, File.ReadAllLines(Path.Combine(TestFolders.Repository, name)));

    public static Page Parse(string name, string text) => new(name, text.ReplaceLineEndings("\n").Split('\n'));

    public override string ToString() => Name;

    private bool IsInFence(int line) => Fences.Any(fence => line >= fence.FirstLine - 1 && line <= fence.FirstLine + fence.Lines.Count);

    private static IEnumerable<Fence> FindFences(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            Match match = FenceStart().Match(lines[i]);
            if (!match.Success)
            {
                continue;
            }

            string mark = match.Groups[1].Value;
            int end = Array.FindIndex(lines, i + 1, line => line.Trim() == mark);
            if (end < 0)
            {
                throw new FormatException($"Line {i + 1}: the fence is not closed.");
            }

            yield return new Fence(match.Groups[2].Value, i + 2, lines[(i + 1)..end], Comments(lines, i), FollowsWithoutHeading(lines, i));
            i = end;
        }
    }

    /// <summary>Returns the HTML comments directly above a line, in order.</summary>
    private static List<string> Comments(string[] lines, int line)
    {
        int start = line;
        bool inside = false;
        while (start > 0
            && (inside || lines[start - 1].Trim() is "" || lines[start - 1].TrimEnd().EndsWith("-->", StringComparison.Ordinal)))
        {
            start--;
            inside = (inside || lines[start].TrimEnd().EndsWith("-->", StringComparison.Ordinal))
                && !lines[start].TrimStart().StartsWith("<!--", StringComparison.Ordinal);
        }

        return [.. Comment().Matches(string.Join('\n', lines[start..line])).Select(match => match.Groups[1].Value.Trim())];
    }

    private static bool FollowsWithoutHeading(string[] lines, int line)
    {
        int i = line - 1;
        while (i >= 0 && !lines[i].StartsWith("```", StringComparison.Ordinal))
        {
            if (lines[i].StartsWith('#'))
            {
                return false;
            }

            i--;
        }

        return i >= 0;
    }

    [GeneratedRegex(@"^(```+)([\w+-]*)\s*$")]
    private static partial Regex FenceStart();

    [GeneratedRegex("<!--(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
