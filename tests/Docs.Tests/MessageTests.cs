using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ResNet.Net.Docs.Tests;

/// <summary>Verifies that quoted messages, exceptions and test names on the pages exist in the sources.</summary>
public partial class MessageTests
{
    private static readonly Lazy<string[]> Texts = new(() => [.. SourceFiles("src", "eng").SelectMany(TextsOf)]);

    public static TheoryData<string> Pages => [.. Page.All.Where(page => Quoted(page).Any()).Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Messages_OfAPage_AreInTheSources(string name) => Unknown(Page.Read(name)).Should().BeEmpty();

    [Fact]
    public void Troubleshooting_Page_NamesEveryException()
    {
        string page = string.Join('\n', Page.Read("docs/troubleshooting.md").Lines);
        string[] exceptions =
        [
            .. SourceFiles("src")
                .Select(path => ExceptionClass().Match(File.ReadAllText(path))).Where(match => match.Success)
                .Select(match => match.Groups[1].Value),
        ];

        exceptions.Should().HaveCountGreaterThan(8);
        exceptions.Where(exception => !page.Contains($"`{exception}`", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("docs/reliability.md", 40)]
    [InlineData("docs/cluster.md", 15)]
    public void Page_WithPromises_NamesExistingTests(string path, int least)
    {
        HashSet<string> tests = [.. SourceFiles("tests").SelectMany(TestsOf)];
        string[] named =
        [
            .. Page.Read(path).Prose.SelectMany(line => TestName().Matches(line.Text))
                .Select(match => match.Groups[1].Value),
        ];

        named.Should().HaveCountGreaterThan(least);
        named.Except(tests).Should().BeEmpty();
    }

    [Fact]
    public void Unknown_MessageWithoutSource_IsNamed()
        => Unknown(Page.Parse("docs/page.md", """
            | message | fix |
            |---|---|
            | `is damaged or not an ONNX model` | |
            | `is damaged or not … wings` | |

            | other | |
            |---|---|
            | `not a message` | |
            """)).Should().Equal("'wings'");

    private static IEnumerable<string> Unknown(Page page)
        => Quoted(page).Where(message => !ExceptionName().IsMatch(message))
            .SelectMany(message => message.Split(["…", "..."], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(part => part.Length > 3)
            .Where(part => !Texts.Value.Any(text => text.Contains(part, StringComparison.Ordinal))).Select(part => $"'{part}'");

    /// <summary>
    /// Returns the code in the first column of tables whose first header is "message", without text in parentheses at the end of a cell.
    /// </summary>
    private static IEnumerable<string> Quoted(Page page)
    {
        bool inTable = false;
        foreach (string line in page.Lines)
        {
            if (!line.StartsWith('|'))
            {
                inTable = false;
                continue;
            }

            string first = line.Trim('|', ' ').Split('|')[0].Trim();
            if (first is "message")
            {
                inTable = true;
                continue;
            }

            if (!inTable)
            {
                continue;
            }

            foreach (string code in Code().Matches(InBrackets().Replace(first, "")).Select(match => match.Groups[1].Value))
            {
                yield return code;
            }
        }
    }

    private static IEnumerable<string> SourceFiles(params string[] folders)
        => folders.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(TestFolders.Repository, folder), "*", SearchOption.AllDirectories))
            .Where(
                path => Path.GetExtension(path) is ".cs" or ".targets"
                    && !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    /// <summary>Returns the text of a file; for C#, every string value, with an ellipsis for each interpolation.</summary>
    private static IEnumerable<string> TextsOf(string path)
        => Path.GetExtension(path) != ".cs" ? [File.ReadAllText(path)]
            : CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot().DescendantNodes().OfType<ExpressionSyntax>()
                .Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax
                    or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression })
                .Select(TextOf).Where(text => text.Length > 1);

    private static string TextOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax interpolated => string.Concat(
            interpolated.Contents.Select(part => part is InterpolatedStringTextSyntax text ? text.TextToken.ValueText : "…")),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => TextOf(sum.Left) + TextOf(sum.Right),
        ParenthesizedExpressionSyntax inner => TextOf(inner.Expression),
        _ => "…",
    };

    private static IEnumerable<string> TestsOf(string path)
    {
        SyntaxNode root = CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot();
        return root.DescendantNodes()
            .OfType<MethodDeclarationSyntax>().Where(method => method.AttributeLists.Count > 0 && method.Parent is TypeDeclarationSyntax)
            .Select(method => $"{((TypeDeclarationSyntax)method.Parent!).Identifier.Text}.{method.Identifier.Text}");
    }

    [GeneratedRegex(@"^public (?:sealed )?class (\w+Exception)\b", RegexOptions.Multiline)]
    private static partial Regex ExceptionClass();

    [GeneratedRegex(@"^\w+Exception$")]
    private static partial Regex ExceptionName();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\([^)]*\)\s*$")]
    private static partial Regex InBrackets();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex TestName();
}
