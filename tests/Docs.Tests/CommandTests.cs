using System.Text.RegularExpressions;

namespace ResNet.Net.Docs.Tests;

/// <summary>Command lines on the pages name projects, verbs, options and scripts that there are.</summary>
public partial class CommandTests
{
    private static readonly string BenchmarkSources = Sources("benchmarks/ResNet.Net.Benchmarks");

    private static readonly string ToolSources = string.Concat(
        Directory.GetFiles(Path.Combine(TestFolders.Repository, "src", "ResNet.Net.Tool"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

    public static TheoryData<string> Pages => [.. Page.All.Where(page => page.Name != "CHANGELOG.md").Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_NameWhatThereIs(string name) => Wrong(Page.Read(name)).Should().BeEmpty();

    [Fact]
    public void Commands_OfAllPages_AreMany() => Page.All.Sum(page => page.CommandLines.Count(line => IsCommand(line.Text))).Should().BeGreaterThan(20);

    [Theory]
    [InlineData("dotnet run --project samples/Nothing", "'samples/Nothing' is no project")]
    [InlineData("dotnet test tests/Nothing.Tests", "'tests/Nothing.Tests' is no project")]
    [InlineData("dotnet run -c Release --project benchmarks/ResNet.Net.Benchmarks -- no-such-verb", "'no-such-verb' is no verb of the benchmarks")]
    [InlineData("dotnet run --project samples/Draw -- --no-such-option", "'--no-such-option' is no option of samples/Draw")]
    [InlineData("resnet nothing", "'nothing' is no command of resnet")]
    [InlineData("resnet models nothing", "'nothing' is no command of resnet models")]
    [InlineData("resnet classify --no-such-option", "'--no-such-option' is no option of resnet")]
    [InlineData("python3 training/nothing.py", "'training/nothing.py' is not there")]
    [InlineData("resnet models doctor", null)]
    [InlineData("resnet classify --model x.onnx \\\n      --labels x.txt", null)]
    public void Wrong_ForACommand_SaysWhat(string command, string? expected)
        => Wrong(Page.Parse("page.md", $"    {command}")).Should().Equal(expected is null ? [] : new[] { $"line 1: {expected}" });

    [Fact]
    public void Wrong_VerbInText_IsNamed() => Wrong(Page.Parse("page.md", "`-- variants` and `-- nothing 5`")).Should().Equal("line 1: 'nothing' is no verb of the benchmarks");

    private static IEnumerable<string> Wrong(Page page)
        => page.CommandLines.Where(line => IsCommand(line.Text)).SelectMany(line => Faults(line.Text).Select(fault => $"line {line.Number}: {fault}"))
            .Concat(page.Prose.SelectMany(line => VerbInText().Matches(line.Text).Select(match => match.Groups[1].Value).Where(verb => !IsVerb(verb)).Select(verb => $"line {line.Number}: '{verb}' is no verb of the benchmarks")));

    private static bool IsCommand(string line) => Command().IsMatch(line);

    private static IEnumerable<string> Faults(string line)
    {
        string[] words = [.. Word().Matches(line.Split(" # ")[0]).Select(match => match.Value.Trim('[', ']', '\'', '"'))];
        foreach (string script in words.Where(word => word.EndsWith(".py", StringComparison.Ordinal) || word.EndsWith(".sh", StringComparison.Ordinal)))
        {
            if (!File.Exists(Path.Combine(TestFolders.Repository, script)))
            {
                yield return $"'{script}' is not there";
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
        string? project = option >= 0 ? words.ElementAtOrDefault(option + 1) : words.ElementAtOrDefault(2) is string path && path.Contains('/', StringComparison.Ordinal) && !path.StartsWith('-') ? path : null;
        if (project is null || words[1] is not ("run" or "build" or "test" or "pack" or "publish"))
        {
            yield break;
        }

        string folder = Path.Combine(TestFolders.Repository, project);
        if (!File.Exists(folder) && (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.csproj").Length == 0))
        {
            yield return $"'{project}' is no project";
            yield break;
        }

        string[] arguments = [.. words.SkipWhile(word => word != "--").Skip(1)];
        if (project.StartsWith("benchmarks/", StringComparison.Ordinal))
        {
            if (arguments is [string verb, ..] && !verb.StartsWith('-') && !IsVerb(verb))
            {
                yield return $"'{verb}' is no verb of the benchmarks";
            }

            yield break;
        }

        if (project.StartsWith("samples/", StringComparison.Ordinal))
        {
            string sources = Sources(project);
            foreach (string unknown in arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal) && a is not ("--help" or "--version") && !sources.Contains($"\"{a.Split('=')[0]}\"", StringComparison.Ordinal)))
            {
                yield return $"'{unknown}' is no option of {project}";
            }
        }
    }

    private static IEnumerable<string> ToolFaults(string[] arguments)
    {
        if (arguments is [string command, ..] && !command.StartsWith('-') && !IsToolCommand(command))
        {
            yield return $"'{command}' is no command of resnet";
            yield break;
        }

        if (arguments is ["models" or "search", string subcommand, ..] && char.IsAsciiLetter(subcommand[0]) && !IsToolCommand(subcommand))
        {
            yield return $"'{subcommand}' is no command of resnet {arguments[0]}";
        }

        foreach (string option in arguments.Where(a => a.StartsWith("--", StringComparison.Ordinal) && a is not ("--help" or "--version")))
        {
            if (!ToolSources.Contains($"\"{option}\"", StringComparison.Ordinal))
            {
                yield return $"'{option}' is no option of resnet";
            }
        }
    }

    private static bool IsToolCommand(string word)
        => ToolSources.Contains($"new(\"{word}\", \"", StringComparison.Ordinal) || ToolSources.Contains($"Define(\"{word}\", \"", StringComparison.Ordinal);

    private static bool IsVerb(string word) => BenchmarkSources.Contains($"Command = \"{word}\"", StringComparison.Ordinal);

    private static string Sources(string folder)
        => string.Concat(Directory.GetFiles(Path.Combine(TestFolders.Repository, folder), "*.cs").Select(File.ReadAllText));

    /// <summary>As in <c>`-- variants`</c>.</summary>
    [GeneratedRegex(@"`-- ([a-z][a-z-]*)")]
    private static partial Regex VerbInText();

    [GeneratedRegex(@"^(dotnet|resnet|python3|bash|sh|\./|\.ci/|eng/)")]
    private static partial Regex Command();

    [GeneratedRegex("""'[^']*'|"[^"]*"|\S+""")]
    private static partial Regex Word();
}
