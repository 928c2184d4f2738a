using System.Diagnostics;

namespace ResNet.Net.Tool.Tests;

/// <summary>The tool as a whole: help, version, unknown commands, shell completion.</summary>
public class ToolTests
{
    private const int Success = 0, Unusable = 2;

    private static readonly string[] Names =
    [
        "classify", "batch", "models",
        "models list", "models pull", "models verify", "models remove", "models import", "models where", "models doctor",
        "evaluate", "quantize", "explain", "search", "search index", "search query", "train", "serve",
        "cluster", "cluster serve", "cluster submit", "cluster status", "cluster cancel", "cluster results", "cluster retry", "completion",
    ];

    public static TheoryData<string> Commands => [.. Names];

    [Fact]
    public async Task NoArguments_PrintsHelp()
    {
        ProgramRun run = await ToolProcess.RunAsync("");

        run.ExitCode.Should().Be(Success, run.Error);
        foreach (string command in Names.Select(c => c.Split(' ')[0]).Distinct())
        {
            run.Output.Should().Contain($"  {command}");
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_ShowsItsUsage(string command)
    {
        string[] words = command.Split(' ');

        ProgramRun run = await ToolProcess.RunAsync(words[0], [.. words[1..], "--help"]);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Error.Should().BeEmpty();
        run.Output.Should().Contain($"resnet {command}").And.NotContainEquivalentOf("image of").And.NotContain("\u001b");
    }

    [Fact]
    public async Task Version_IsThatOfThePackage()
    {
        ProgramRun run = await ToolProcess.RunAsync("--version");

        run.ExitCode.Should().Be(Success, run.Error);
        run.Output.Should().MatchRegex(@"^\d+\.\d+\.\d+");
    }

    [Theory]
    [InlineData("clasify", "no command 'clasify'")]
    [InlineData("models fetch", "no command 'fetch'")]
    [InlineData("--fetch", "no option '--fetch'")]
    [InlineData("models --fetch", "no option '--fetch'")]
    [InlineData("completion fish", "'fish'")]
    public async Task UnknownCommand_IsOneLineOnStandardError(string arguments, string named)
    {
        string[] words = arguments.Split(' ');

        ProgramRun run = await ToolProcess.RunAsync(words[0], words[1..]);

        run.ExitCode.Should().Be(Unusable);
        run.Output.Should().BeEmpty();
        run.Error.TrimEnd().Should().Contain(named).And.NotContain("\n");
    }

    [Theory]
    [InlineData("resnet mod", "models")]
    [InlineData("resnet models ", "doctor")]
    [InlineData("resnet models pull resnet50-v", "resnet50-v1-7")]
    [InlineData("resnet classify --pro", "--profile")]
    [InlineData("resnet classify --profile T", "Torchvision")]
    [InlineData("resnet quantize --calibrator ", "Entropy")]
    [InlineData("resnet train --augmentation ", "FlipsAndCrops")]
    [InlineData("resnet train --backbone resnet18-b", "resnet18-backbone")]
    [InlineData("resnet serve resnet50-v1-12-i", "resnet50-v1-12-int8")]
    public async Task Suggest_CompletesCommandsOptionsAndValues(string line, string expected)
    {
        ProgramRun run = await ToolProcess.RunAsync($"[suggest:{line.Length}]", line);

        run.ExitCode.Should().Be(Success, run.Error);
        run.Lines.Should().Contain(expected);
    }

    [UnixFact]
    public async Task Completion_Bash_CompletesInAShell()
    {
        string script = (await ToolProcess.RunAsync("completion", "bash")).Output;
        ProcessStartInfo tool = ToolProcess.Describe("", new Dictionary<string, string>());
        string call = $"""
            resnet() ( '{tool.FileName}' '{tool.ArgumentList[0]}' "$@" )
            {script}
            COMP_LINE='resnet models ve' COMP_POINT=16 COMP_WORDS=(resnet models ve) COMP_CWORD=2
            _resnet
            printf '%s\n' "{"${COMPREPLY[@]}"}"
            """;

        ProgramRun run = await ProgramRun.OfAsync(new ProcessStartInfo("bash", ["-c", call]));

        run.Error.Should().BeEmpty();
        run.Lines.Should().Equal("verify");
    }
}
