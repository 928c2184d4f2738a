using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Links between pages, and to files of the repository, lead somewhere.</summary>
public partial class LinkTests
{
    public static TheoryData<string> Pages => [.. Page.All.Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadSomewhere(string name) => Broken(Page.Read(name)).Should().BeEmpty();

    [Fact]
    public void Pages_OfTheDocumentation_AreInItsIndex()
    {
        Page index = Page.Read("docs/README.md");
        string[] linked = [.. index.Prose.SelectMany(line => Link().Matches(line.Text)).Select(match => match.Groups[1].Value.Split('#')[0])];

        Page.All.Where(page => page.Name.StartsWith("docs/", StringComparison.Ordinal) && page.Name != index.Name).Select(page => page.Name["docs/".Length..]).Should().BeSubsetOf(linked);
    }

    [Fact]
    public void Broken_LinksToNothing_AreNamed()
        => Broken(Page.Parse("docs/page.md", "# A page's *title*\n[ok](#a-pages-title) [no](#other) [gone](gone.md) [out](https://example.com/x) [up](../README.md#nothing-of-that)\n`[code](x.md)`"))
            .Should().Equal("line 2: #other", "line 2: gone.md", "line 2: ../README.md#nothing-of-that");

    private static IEnumerable<string> Broken(Page page)
    {
        string folder = Path.Combine(TestFolders.Repository, Path.GetDirectoryName(page.Name)!);
        foreach ((int number, string text) in page.Prose)
        {
            foreach (string target in Link().Matches(InlineCode().Replace(text, "")).Select(match => match.Groups[1].Value).Where(t => !t.Contains("://", StringComparison.Ordinal) && !t.StartsWith("mailto:", StringComparison.Ordinal)))
            {
                string[] parts = target.Split('#');
                string path = Path.GetFullPath(Path.Combine(folder, parts[0]));
                bool leads = parts[0].Length == 0 || File.Exists(path) || Directory.Exists(path);
                if (leads && parts.Length > 1)
                {
                    leads = (parts[0].Length == 0 ? page : Page.Read(Path.GetRelativePath(TestFolders.Repository, path).Replace('\\', '/'))).Anchors.Contains(parts[1]);
                }

                if (!leads)
                {
                    yield return $"line {number}: {target}";
                }
            }
        }
    }

    [GeneratedRegex(@"\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();
}
