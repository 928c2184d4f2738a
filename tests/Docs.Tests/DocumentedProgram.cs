using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>
/// A program that a page shows: a block of C#, with those that go on with it.
/// <para>
/// What stands above a block in HTML comments says how it is taken. <c>continues</c>: it goes on with the block before, in one program. <c>given: STATEMENTS</c>: what the reader is
/// assumed to have; compiled before the block. <c>compiled only: REASON</c>: not run. <c>request: GET /path</c> or <c>request: POST /path FILE</c>: sent to the
/// server that the program starts. <c>environment: NAME=VALUE</c>: a variable of its environment. <c>arguments: A B</c>: what follows the program's name. Without a comment, a block is a program of its own. Using directives hold for the rest of the page.
/// </para>
/// <para>
/// The plain fence that follows a block, before the next heading, is what it prints, or what the server answers. <c>…</c> in it stands for what differs from machine to machine, on a line of its own for any
/// number of lines.
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

    /// <summary>The programs of every page.</summary>
    public static IReadOnlyList<DocumentedProgram> All { get; } = [.. Page.All.SelectMany(Of)];

    /// <summary>Page and line.</summary>
    public required string Name { get; init; }

    public required string Source { get; init; }

    /// <summary>What each block prints, in order; null where the page does not say.</summary>
    public required IReadOnlyList<IReadOnlyList<string>?> Outputs { get; init; }

    /// <summary>Why the program is not run; null where it is.</summary>
    public required string? ReasonNotToRun { get; init; }

    public required IReadOnlyList<string> Requests { get; init; }

    /// <summary>What follows the program's name when it is started.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Variables of the program's environment, <c>NAME=VALUE</c> each.</summary>
    public required IReadOnlyList<string> Variables { get; init; }

    /// <summary>What a program prints between two blocks.</summary>
    public static string Boundary => "\u0001";

    /// <summary>Whether it belongs in a project made by <c>dotnet new web</c>.</summary>
    public bool IsWeb => Source.Contains("WebApplication.", StringComparison.Ordinal);

    /// <summary>Whether it runs until it is ended.</summary>
    public bool IsServer => IsWeb && Source.Contains("app.Run", StringComparison.Ordinal);

    /// <summary>The programs of a page, in its order.</summary>
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

            foreach (string comment in fence.Comments.Where(comment => comment != Continues && !new[] { Given, CompiledOnly, Request, Variable, Argument }.Any(word => comment.StartsWith(word, StringComparison.Ordinal))))
            {
                throw new FormatException($"{page.Name}, line {fence.FirstLine}: '{comment}' is no comment that a block of C# can have.");
            }

            usings.AddRange(fence.Lines.Where(line => UsingDirective().IsMatch(line)).Except(usings));
            string body = string.Join('\n', Values(fence, Given).Append($"#line {fence.FirstLine} \"{page.Name}\"").Concat(fence.Lines.Select(line => UsingDirective().IsMatch(line) ? "" : line)));
            Fence? next = page.Fences.ElementAtOrDefault(i + 1);
            IReadOnlyList<string>? output = next is { Language: "", GoesWithTheOneBefore: true } ? next.Lines : null;
            string? reason = Values(fence, CompiledOnly).FirstOrDefault();
            if (fence.Comments.Contains(Continues))
            {
                DocumentedProgram before = programs[^1];
                programs[^1] = before with
                {
                    Source = $"{string.Join('\n', usings)}\n{WithoutUsings(before.Source)}\n#line hidden\nSystem.Console.WriteLine(\"{Boundary}\");\n{body}",
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

    private static IEnumerable<string> Values(Fence fence, string word)
        => fence.Comments.Where(comment => comment.StartsWith(word, StringComparison.Ordinal)).Select(comment => comment[word.Length..].Trim());

    private static string WithoutUsings(string source) => string.Join('\n', source.Split('\n').SkipWhile(line => UsingDirective().IsMatch(line)));

    [GeneratedRegex(@"^using (static )?[\w.]+;")]
    private static partial Regex UsingDirective();
}
