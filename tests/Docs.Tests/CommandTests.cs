using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Verifies that the command lines of the pages use projects, commands, options and scripts that exist.</summary>
public partial class CommandTests
{
    private static readonly string BenchmarkSources =
        Sources("benchmarks/ResNet.Net.Benchmarks") + Sources("benchmarks/ResNet.Net.Comparison");

    private static readonly string ToolSources = string.Concat(
        Directory.GetFiles(Path.Combine(TestFolders.Repository, "src", "ResNet.Net.Tool"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));

    public static TheoryData<string> Pages => [.. Page.All.Where(page => page.Name != "CHANGELOG.md").Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_Exist(string name) => Faults(Page.Read(name)).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_AreAllFound(string name)
    {
        Page page = Page.Read(name);
        IEnumerable<string> found = page.CommandLines.Select(line => line.Text).Where(text => StartOfCommand().IsMatch(text));

        found.Should().HaveSameCount(page.Lines.Where(line => StartOfCommand().IsMatch(line.TrimStart(' '))));
    }

    [Fact]
    public void CommandLines_IndentedFencedAndContinued_AreFound()
        => Page.Parse("page.md", """
            text resnet no

                resnet list \
                    --all
                dotnet build

            ```bash
            sh run.sh
            ```
            ```csharp
            resnet no
            ```
            """).CommandLines.Should().Equal((3, "resnet list  --all"), (5, "dotnet build"), (8, "sh run.sh"));

    [Theory]
    [InlineData("dotnet run --project samples/Nothing", "'samples/Nothing' is not a project")]
    [InlineData("dotnet test tests/Nothing.Tests", "'tests/Nothing.Tests' is not a project")]
    [InlineData(
        "dotnet run -c Release --project benchmarks/ResNet.Net.Benchmarks -- no-such-command",
        "'no-such-command' is not a command of the benchmarks")]
    [InlineData("dotnet run --project samples/Draw -- --no-such-option", "'--no-such-option' is not an option of samples/Draw")]
    [InlineData("resnet nothing", "'nothing' is not a command of resnet")]
    [InlineData("resnet models nothing", "'nothing' is not a command of resnet models")]
    [InlineData("resnet classify --no-such-option", "'--no-such-option' is not an option of resnet")]
    [InlineData("python3 training/nothing.py", "'training/nothing.py' does not exist")]
    [InlineData("resnet models doctor", null)]
    [InlineData("resnet classify --model x.onnx \\\n      --labels x.txt", null)]
    public void Faults_OfACommand_NameTheFault(string command, string? expected)
        => Faults(Page.Parse("page.md", $"    {command}")).Should().Equal(expected is null ? [] : new[] { $"line 1: {expected}" });

    [Fact]
    public void Faults_CommandInText_IsNamed()
        => Faults(Page.Parse("page.md", "`-- variants` and `-- nothing 5`"))
            .Should().Equal("line 1: 'nothing' is not a command of the benchmarks");

    private static IEnumerable<string> Faults(Page page)
    {
        foreach ((int number, string text) in page.CommandLines.Where(line => IsCommand(line.Text)))
        {
            foreach (string fault in Faults(text))
            {
                yield return $"line {number}: {fault}";
            }
        }

        foreach ((int number, string text) in page.Prose)
        {
            foreach (string command in CommandInText().Matches(text).Select(m => m.Groups[1].Value).Where(c => !IsBenchmarkCommand(c)))
            {
                yield return $"line {number}: '{command}' is not a command of the benchmarks";
            }
        }
    }

    private static bool IsCommand(string line) => Command().IsMatch(line);

    private static IEnumerable<string> Faults(string line)
    {
        string[] words = [.. Word().Matches(line.Split(" # ")[0]).Select(match => match.Value.Trim('[', ']', '\'', '"'))];
        foreach (string script in words.Where(word => Path.GetExtension(word) is ".py" or ".sh"))
        {
            if (!File.Exists(Path.Combine(TestFolders.Repository, script)))
            {
                yield return $"'{script}' does not exist";
            }
        }

        if (words[0] == "resnet")
        {
            foreach (string fault in ToolFaults(words[1..]))
            {
                yield return fault;
            }

            yield break;
        }

        if (words[0] != "dotnet")
        {
            yield break;
        }

        int option = Array.IndexOf(words, "--project");
        string? project = option >= 0 ? words.ElementAtOrDefault(option + 1) : words.ElementAtOrDefault(2);
        if (option < 0 && (project?.StartsWith('-') != false || !project.Contains('/', StringComparison.Ordinal)))
        {
            project = null;
        }

        if (project is null || words[1] is not ("run" or "build" or "test" or "pack" or "publish"))
        {
            yield break;
        }

        string folder = Path.Combine(TestFolders.Repository, project);
        if (!File.Exists(folder) && (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.csproj").Length == 0))
        {
            yield return $"'{project}' is not a project";
            yield break;
        }

        string[] arguments = [.. words.SkipWhile(word => word != "--").Skip(1)];
        if (project.StartsWith("benchmarks/", StringComparison.Ordinal))
        {
            if (arguments is [string command, ..] && !command.StartsWith('-') && !IsBenchmarkCommand(command))
            {
                yield return $"'{command}' is not a command of the benchmarks";
            }

            yield break;
        }

        if (project.StartsWith("samples/", StringComparison.Ordinal))
        {
            string sources = Sources(project);

            // A web application passes its arguments to the configuration.
            bool isConfigured = sources.Contains("WebApplication.CreateBuilder(args)", StringComparison.Ordinal);
            bool IsSetting(string option) => isConfigured && (option == "--urls" || option.Contains(':', StringComparison.Ordinal));
            foreach (string unknown in Options(arguments)
                .Where(o => !sources.Contains($"\"{o.Split('=')[0]}\"", StringComparison.Ordinal) && !IsSetting(o)))
            {
                yield return $"'{unknown}' is not an option of {project}";
            }
        }
    }

    private static IEnumerable<string> ToolFaults(string[] arguments)
    {
        if (arguments is [string command, ..] && !command.StartsWith('-') && !IsToolCommand(command))
        {
            yield return $"'{command}' is not a command of resnet";
            yield break;
        }

        if (arguments is ["models" or "search" or "cluster", string subcommand, ..]
            && char.IsAsciiLetter(subcommand[0])
            && !IsToolCommand(subcommand))
        {
            yield return $"'{subcommand}' is not a command of resnet {arguments[0]}";
        }

        foreach (string option in Options(arguments))
        {
            if (!ToolSources.Contains($"\"{option}\"", StringComparison.Ordinal))
            {
                yield return $"'{option}' is not an option of resnet";
            }
        }
    }

    private static IEnumerable<string> Options(IEnumerable<string> arguments)
        => arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal) && a is not ("--help" or "--version"));

    private static bool IsToolCommand(string word)
        => ToolSources.Contains($"new(\"{word}\", \"", StringComparison.Ordinal)
            || ToolSources.Contains($"Define(\"{word}\", \"", StringComparison.Ordinal);

    private static bool IsBenchmarkCommand(string word)
        => BenchmarkSources.Contains($"Command = \"{word}\"", StringComparison.Ordinal);

    private static string Sources(string folder)
        => string.Concat(Directory.GetFiles(Path.Combine(TestFolders.Repository, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));

    /// <summary>Matches a command of the benchmarks such as <c>`-- variants`</c>.</summary>
    [GeneratedRegex(@"`-- ([a-z][a-z-]*)")]
    private static partial Regex CommandInText();

    [GeneratedRegex("^(dotnet (run|test|build|pack)|resnet [a-z]+|python3) ")]
    private static partial Regex StartOfCommand();

    [GeneratedRegex(@"^(dotnet|resnet|python3|bash|sh|\./|\.ci/|eng/)")]
    private static partial Regex Command();

    [GeneratedRegex("""'[^']*'|"[^"]*"|\S+""")]
    private static partial Regex Word();
}
