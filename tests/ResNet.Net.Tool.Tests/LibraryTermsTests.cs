using System.Text.RegularExpressions;

namespace ResNet.Net.Tool.Tests;

/// <summary>A message that a library no longer has would stay in the words of C#.</summary>
public partial class LibraryTermsTests
{
    [Fact]
    public void Members_AreInMessagesOfTheLibraries()
    {
        string sources = Path.Combine(TestFolders.Repository, "src"), tool = Path.Combine(sources, "ResNet.Net.Tool");
        string messages = Text(
            Directory.GetFiles(sources, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.StartsWith(tool, StringComparison.Ordinal)));
        string terms = File.ReadAllText(Path.Combine(tool, "CommandLine", "LibraryTerms.cs"));
        string[] members = [.. Member().Matches(terms).Select(match => match.Groups[1].Value)];

        members.Should().HaveCountGreaterThan(20);
        members.Where(member => !messages.Contains(member, StringComparison.Ordinal)).Should().BeEmpty();
    }

    /// <summary>Joins the parts of strings, and replaces names of members by these.</summary>
    private static string Text(IEnumerable<string> files)
    {
        string code = Joint().Replace(string.Concat(files.Select(File.ReadAllText)), "");
        return NameOf().Replace(code, match => match.Groups[1].Value.Split('.')[^1]);
    }

    [GeneratedRegex("""\(\s*"((?:[^"\\]|\\.)+)",\s*"(?:[^"\\]|\\.)*"\)""")]
    private static partial Regex Member();

    [GeneratedRegex("""
        "\s*\+\s*\$?"
        """)]
    private static partial Regex Joint();

    [GeneratedRegex("""\{nameof\(([\w.]+)\)\}""")]
    private static partial Regex NameOf();
}
