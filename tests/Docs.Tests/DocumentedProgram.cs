using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>
/// Represents a program on a page: a block of C# and the blocks that continue it.
/// <para>HTML comments above a block control it:</para>
/// <list type="bullet">
/// <item><c>continues</c>: the block continues the program of the previous block.</item>
/// <item><c>given: STATEMENTS</c>: statements that are compiled before the block.</item>
/// <item><c>compiled only: REASON</c>: the program is not run.</item>
/// <item><c>request: GET /path</c> or <c>request: POST /path FILE</c>: a request to the server that the program starts.</item>
/// <item><c>environment: NAME=VALUE</c>: an environment variable of the program.</item>
/// <item><c>arguments: A B</c>: the arguments of the program.</item>
/// </list>
/// <para>Without a comment, a block is a program of its own. Using directives apply to the rest of the page.</para>
/// <para>
/// A plain fence after a block and before the next heading is the program's output, or the server's response. <c>…</c> stands for text that
/// differs between machines; on its own line, it stands for any number of lines.
/// </para>
/// </summary>
internal sealed partial record DocumentedProgram
{
    private const string Continues = "continues";
    private const string Given = "given:";
    private const string CompiledOnly = "compiled only:";
    private const string Request = "request:";
    private const string Variable = "environment:";
    private const string Argument = "arguments:";

    /// <summary>Gets the programs of all pages.</summary>
    public static IReadOnlyList<DocumentedProgram> All { get; } = [.. Page.All.SelectMany(Of)];

    /// <summary>Gets the page and the line.</summary>
    public required string Name { get; init; }

    public required string Source { get; init; }

    /// <summary>Gets the output of each block in order; null if the page doesn't show it.</summary>
    public required IReadOnlyList<IReadOnlyList<string>?> Outputs { get; init; }

    /// <summary>Gets the reason why the program is not run; null if it is.</summary>
    public required string? ReasonNotToRun { get; init; }

    public required IReadOnlyList<string> Requests { get; init; }

    /// <summary>Gets the arguments of the program.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Gets environment variables of the program as <c>NAME=VALUE</c>.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>Gets the line that a program prints between two blocks.</summary>
    public static string Boundary => "\u0001";

    /// <summary>Gets whether the program needs a project created by <c>dotnet new web</c>.</summary>
    public bool IsWeb => Source.Contains("WebApplication.", StringComparison.Ordinal);

    /// <summary>Gets whether the program runs until it is stopped.</summary>
    public bool IsServer => IsWeb && Source.Contains("app.Run", StringComparison.Ordinal);

    /// <summary>Returns the programs of a page in order.</summary>
    public static IEnumerable<DocumentedProgram> Of(Page page)
    {
        List<string> usings = [];
        List<DocumentedProgram> programs = [];
        for (int i = 0; i < page.Fences.Count; i++)
        {
            Fence fence = page.Fences[i];
            if (fence.Language is not "csharp")
            {
                continue;
            }

            if (fence.Comments.FirstOrDefault(comment => !IsKnown(comment)) is string unknown)
            {
                throw new FormatException($"{page.Name}, line {fence.FirstLine}: the comment '{unknown}' is unknown.");
            }

            usings.AddRange(fence.Lines.Where(line => UsingDirective().IsMatch(line)).Except(usings));
            string body = string.Join(
                '\n',
                Values(fence, Given)
                    .Append($"#line {fence.FirstLine} \"{page.Name}\"")
                    .Concat(fence.Lines.Select(line => UsingDirective().IsMatch(line) ? "" : line)));
            Fence? next = page.Fences.ElementAtOrDefault(i + 1);
            IReadOnlyList<string>? output = next is { Language: "", FollowsPreviousFence: true } ? next.Lines : null;
            string? reason = Values(fence, CompiledOnly).FirstOrDefault();
            if (fence.Comments.Contains(Continues))
            {
                DocumentedProgram before = programs[^1];
                programs[^1] = before with
                {
                    Source = $"{string.Join('\n', usings)}\n{WithoutUsings(before.Source)}\n"
                        + $"#line hidden\nSystem.Console.WriteLine(\"{Boundary}\");\n{body}",
                    Outputs = [.. before.Outputs, output],
                    ReasonNotToRun = before.ReasonNotToRun ?? reason,
                };
                continue;
            }

            programs.Add(new DocumentedProgram
            {
                Name = $"{page.Name}:{fence.FirstLine}",
                Source = $"{string.Join('\n', usings)}\n{body}",
                Outputs = [output],
                ReasonNotToRun = reason,
                Requests = [.. Values(fence, Request)],
                Variables = [.. Values(fence, Variable)],
                Arguments = [.. Values(fence, Argument).SelectMany(value => value.Split(' '))],
            });
        }

        return programs;
    }

    private static bool IsKnown(string comment)
        => comment == Continues
            || new[] { Given, CompiledOnly, Request, Variable, Argument }.Any(word => comment.StartsWith(word, StringComparison.Ordinal));

    private static IEnumerable<string> Values(Fence fence, string word)
        => fence.Comments.Where(comment => comment.StartsWith(word, StringComparison.Ordinal))
            .Select(comment => comment[word.Length..].Trim());

    private static string WithoutUsings(string source)
        => string.Join('\n', source.Split('\n').SkipWhile(line => UsingDirective().IsMatch(line)));

    [GeneratedRegex(@"^using (static )?[\w.]+;")]
    private static partial Regex UsingDirective();
}
