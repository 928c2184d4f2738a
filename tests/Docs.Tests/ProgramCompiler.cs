using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace ResNet.Net.Docs.Tests;

/// <summary>
/// Compiles a program like a project created by <c>dotnet new console</c> or <c>dotnet new web</c>: with its implicit usings and nullable
/// enabled. Warnings are errors.
/// </summary>
internal static class ProgramCompiler
{
    private static readonly string[] ConsoleUsings =
        [
            "System",
            "System.Collections.Generic",
            "System.IO",
            "System.Linq",
            "System.Net.Http",
            "System.Threading",
            "System.Threading.Tasks",
        ];

    private static readonly string[] WebUsings =
        [
            "System.Net.Http.Json",
            "Microsoft.AspNetCore.Builder",
            "Microsoft.AspNetCore.Hosting",
            "Microsoft.AspNetCore.Http",
            "Microsoft.AspNetCore.Routing",
            "Microsoft.Extensions.Configuration",
            "Microsoft.Extensions.DependencyInjection",
            "Microsoft.Extensions.Hosting",
            "Microsoft.Extensions.Logging",
        ];

    /// <summary>
    /// CS1701, CS1702: assembly versions that differ from the references, as in any build. CS8019, CS8933: unused usings.
    /// </summary>
    private static readonly string[] Ignored = ["CS1701", "CS1702", "CS8019", "CS8933"];

    /// <summary>Writes the program's assembly.</summary>
    /// <returns>The compiler's diagnostics with page and line; empty if there are none.</returns>
    public static IReadOnlyList<string> Compile(DocumentedProgram program, string path)
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        string usings = string.Concat(ConsoleUsings.Concat(program.IsWeb ? WebUsings : []).Select(name => $"global using {name};\n"));
        CSharpCompilation compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(path),
            [
                CSharpSyntaxTree.ParseText(usings, options),
                CSharpSyntaxTree.ParseText(SourceText.From(program.Source, System.Text.Encoding.UTF8), options, "Program.cs"),
            ],
            References.All,
            new CSharpCompilationOptions(
                Microsoft.CodeAnalysis.OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using FileStream assembly = File.Create(path);
        return
        [
            .. compilation.Emit(assembly).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning && !Ignored.Contains(d.Id))
                .Select(Describe),
        ];
    }

    private static string Describe(Diagnostic diagnostic)
    {
        FileLinePositionSpan position = diagnostic.Location.GetMappedLineSpan();
        string message = diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);
        return $"{position.Path}, line {position.StartLinePosition.Line + 1}: {diagnostic.Id} {message}";
    }
}
