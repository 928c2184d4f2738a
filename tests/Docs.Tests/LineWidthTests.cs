using System.Diagnostics;

namespace ResNet.Net.Docs.Tests;

/// <summary>Verifies the line widths that CONTRIBUTING.md requires, in every file that git tracks.</summary>
public class LineWidthTests
{
    private const int MarkdownWidth = 120;
    private const int SourceWidth = 140;

    [Fact]
    public async Task Markdown_OfTheRepository_FitsIn120Columns()
        => (await TrackedFilesAsync("*.md")).SelectMany(TooWideMarkdown).Should().BeEmpty();

    [Fact]
    public async Task Source_OfTheRepository_FitsIn140Columns()
        => (await TrackedFilesAsync("*.cs")).SelectMany(TooWideSource).Should().BeEmpty();

    [Theory]
    [InlineData("{0} x", 1)]
    [InlineData("- {0} x", 1)]
    [InlineData("<!-- given: {0} x -->", 1)]
    [InlineData("{0}", 0)]
    [InlineData("  - {0}", 0)]
    [InlineData("| {0} x |", 0)]
    [InlineData("    {0} x", 0)]
    [InlineData("```\n{0} x\n```", 0)]
    public void TooWideMarkdown_OneLine_IsFoundUnlessItCannotWrap(string format, int expected)
        => TooWide(Page.Parse("page.md", string.Format(null, format, new string('x', MarkdownWidth)))).Should().HaveCount(expected);

    [Fact]
    public void TooWideMarkdown_120Columns_Fit()
        => TooWide(Page.Parse("page.md", $"{new string('x', MarkdownWidth - 2)} x")).Should().BeEmpty();

    private static IEnumerable<string> TooWideMarkdown(string name) => TooWide(Page.Read(name)).Select(line => $"{name}:{line}");

    /// <summary>Returns the numbers of the lines that are too wide. Tables, code and lines of a single word cannot wrap.</summary>
    private static IEnumerable<int> TooWide(Page page)
        => page.Prose.Where(line => line.Text.Length > MarkdownWidth && !line.Text.StartsWith('|') && HasBreak(line.Text))
            .Select(line => line.Number);

    private static bool HasBreak(string line) => line.TrimStart(' ', '-', '*').TrimEnd().Contains(' ', StringComparison.Ordinal);

    private static IEnumerable<string> TooWideSource(string name)
        => File.ReadLines(Path.Combine(TestFolders.Repository, name)).Index()
            .Where(line => line.Item.Length > SourceWidth).Select(line => $"{name}:{line.Index + 1}");

    private static async Task<string[]> TrackedFilesAsync(string pattern)
    {
        ProcessStartInfo start = new("git", ["-C", TestFolders.Repository, "-c", "core.quotePath=false", "ls-files", pattern]);
        ProgramRun run = await ProgramRun.OfAsync(start);
        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().NotBeEmpty();
        return [.. run.Lines.Where(name => File.Exists(Path.Combine(TestFolders.Repository, name)))];
    }
}
