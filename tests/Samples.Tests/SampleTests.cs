using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ResNet.Net.Samples.Tests;

/// <summary>samples/README.md shows what the samples print. It is compared, never written.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(TestFolders.Repository, "samples", "README.md"));

    public static TheoryData<string> Samples => [.. SampleNames()];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Commands_PrintWhatThePageShows(string sample)
    {
        (string[] Arguments, string Shown)[] commands = [.. ShownCommand().Matches(Section(sample)).Select(m => (m.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries), m.Groups["shown"].Value))];
        commands.Should().NotBeEmpty("the page shows what {0} prints", sample);

        // The root of a repository that has nothing but the sample pictures.
        using TemporaryFolder root = new();
        foreach (string picture in Directory.GetFiles(TestFolders.SamplePictures))
        {
            File.Copy(picture, root["samples", "pictures", Path.GetFileName(picture)]);
        }

        foreach ((string[] arguments, string shown) in commands)
        {
            ProcessStartInfo start = SampleProgram.Describe(sample, new Dictionary<string, string>(), arguments);
            start.WorkingDirectory = root.FullPath;
            ProgramRun run = await ProgramRun.OfAsync(start);

            run.ExitCode.Should().Be(0, run.Error);
            ShownOutput.Difference(shown, run.Output).Should().BeNull();
        }
    }

    [Fact]
    public void Table_HasEverySample()
        => TableRow().Matches(Text).Select(m => m.Groups[1].Value).Should().BeEquivalentTo(SampleNames());

    [Theory]
    [InlineData("a 1.00 b\n…\nend", "a 1.01 b\nx\ny\nend", true)]
    [InlineData("a 1.00 b\n…\nend", "a 1.03 b\nx\nend", false)]
    [InlineData("a 1.00 b\n…\nend", "a 1.00 b\nend", false)]
    [InlineData("10 of 11", "10 of 12", false)]
    [InlineData("in …/x, 5 of 5", "in /tmp/y/x, 5 of 5", true)]
    [InlineData("in …/x, 5 of 5", "in /tmp/y/x, 5 of 6", false)]
    [InlineData("│ cat  │ 12.3 │", "│ cat │  2.9 │", true)]
    [InlineData("│ cat │ 0.73 │", "│ cat │ 0.93 │", false)]
    [InlineData("├──┤", "├─────┤", true)]
    [InlineData("cat", "dog", false)]
    [InlineData("cat", "cat\nmore", false)]
    [InlineData("speed 12.0 images/s", "speed 700.1 images/s", true)]
    public void Rule_SeesDifferences(string shown, string actual, bool same) => (ShownOutput.Difference(shown, actual) is null).Should().Be(same);

    private static IEnumerable<string> SampleNames()
        => Directory.GetFiles(Path.Combine(TestFolders.Repository, "samples"), "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f));

    private static string Section(string sample) => Text.Split("\n## ").Single(s => s.StartsWith($"{sample}\n", StringComparison.Ordinal));

    /// <summary>A command of a line, and the block of output that follows it.</summary>
    [GeneratedRegex(@"^    dotnet run --project samples/\w+(?: -- (?<arguments>.*))?\n\n```\n(?<shown>(?:.*\n)*?)```$", RegexOptions.Multiline)]
    private static partial Regex ShownCommand();

    [GeneratedRegex(@"^\| \[(\w+)\]", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
