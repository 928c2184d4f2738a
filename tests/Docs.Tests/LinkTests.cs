using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Verifies that links between pages and to files of the repository have targets.</summary>
public partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_HaveTargets(string name) => Broken(Page.Read(name)).Should().BeEmpty();

    [Fact]
    public void Pages_OfTheDocumentation_AreInItsIndex()
    {
        Page index = Page.Read("docs/README.md");
        string[] linked = [.. Links(index).Select(link => link.Target.Split('#')[0])];

        Page.All.Where(page => page.Name.StartsWith("docs/", StringComparison.Ordinal) && page.Name != index.Name)
            .Select(page => page.Name["docs/".Length..]).Should().BeSubsetOf(linked);
    }

    [Fact]
    public void Broken_LinksWithoutTarget_AreNamed()
        => Broken(Page.Parse("docs/page.md", """
            # A page's *title*
            [ok](#a-pages-title) [no](#other) [gone](gone.md) [out](https://example.com/x) [up](../README.md#nothing-of-that)
            `[code](x.md)` [wrapped
            text](wrapped.md)

            [broken

            text](not-a-link.md)
            """)).Should().Equal("line 2: #other", "line 2: gone.md", "line 2: ../README.md#nothing-of-that", "line 3: wrapped.md");

    private static IEnumerable<string> Broken(Page page)
        => Links(page).Where(link => !HasTarget(page, link.Target)).Select(link => $"line {link.Line}: {link.Target}");

    private static bool HasTarget(Page page, string link)
    {
        if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = link.Split('#');
        Page target = page;
        if (parts[0].Length > 0)
        {
            string path = Path.GetFullPath(Path.Combine(TestFolders.Repository, Path.GetDirectoryName(page.Name)!, parts[0]));
            if (!File.Exists(path))
            {
                return parts.Length == 1 && Directory.Exists(path);
            }

            target = parts.Length == 1 ? page : Page.Read(Path.GetRelativePath(TestFolders.Repository, path).Replace('\\', '/'));
        }

        return parts.Length == 1 || target.Anchors.Contains(parts[1]);
    }

    /// <summary>Returns the links of a page; the text of a link may continue on the next line.</summary>
    private static IEnumerable<(int Line, string Target)> Links(Page page)
    {
        HashSet<int> prose = [.. page.Prose.Select(line => line.Number)];
        string text = string.Join('\n', page.Lines.Select((line, i) => prose.Contains(i + 1) ? InlineCode().Replace(line, "") : ""));
        return Link().Matches(text).Select(match => (text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups[1].Value));
    }

    [GeneratedRegex(@"\[(?:[^\]\n]|\n(?!\n))*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();
}
