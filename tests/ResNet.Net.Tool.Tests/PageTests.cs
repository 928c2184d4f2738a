using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ResNet.Net.Tool.Tests;

/// <summary>Runs the commands of docs/tool.md and compares their output with the page.</summary>
public sealed partial class PageTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(TestFolders.Repository, "docs", "tool.md"));

    public static TheoryData<string> Sections => [.. SectionsWithOutput().Select(s => s.Split('\n')[0])];

    [Theory]
    [MemberData(nameof(Sections))]
    public async Task Commands_PrintWhatThePageShows(string section)
    {
        // A folder like the root of a clone, with nothing but the sample images and a small model in Caffe2's format.
        using TemporaryFolder root = new();
        foreach (string image in Directory.GetFiles(TestFolders.SampleImages))
        {
            File.Copy(image, root["samples", "images", Path.GetFileName(image)]);
        }

        Caffe2Pair.Create().WriteTo(root.FullPath);
        string text = SectionsWithOutput().Single(s => s.StartsWith($"{section}\n", StringComparison.Ordinal));
        foreach (Match command in ShownCommand().Matches(text))
        {
            string[] arguments = command.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ProcessStartInfo start = ToolProcess.Describe(arguments[0], new Dictionary<string, string>(), arguments[1..]);
            start.WorkingDirectory = root.FullPath;

            ProgramRun run = await ProgramRun.OfAsync(start);

            run.ExitCode.Should().Be(0, run.Error);
            DocumentedOutput.Difference(command.Groups["shown"].Value, run.Output).Should().BeNull();
        }
    }

    [Fact]
    public void Page_ShowsEveryCommand()
    {
        IEnumerable<string> shown = ShownCommand().Matches(Text).Select(m => m.Groups["arguments"].Value.Split(' ')[0]).Distinct();

        shown.Should().BeEquivalentTo("classify", "batch", "models", "evaluate", "quantize", "explain", "search", "train", "cluster");
    }

    private static IEnumerable<string> SectionsWithOutput() => Text.Split("\n## ").Where(s => ShownCommand().IsMatch(s));

    /// <summary>A command on a line of its own and the block of output that follows.</summary>
    [GeneratedRegex(@"^    resnet (?<arguments>.*)\n\n```\n(?<shown>(?:.*\n)*?)```$", RegexOptions.Multiline)]
    private static partial Regex ShownCommand();
}
