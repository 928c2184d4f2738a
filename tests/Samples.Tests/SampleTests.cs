using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ResNet.Net.Samples.Tests;

/// <summary>Runs the samples and compares their output with samples/README.md.</summary>
public sealed partial class SampleTests
{
    private const int MaxLines = 80;

    private static readonly string Folder = Path.Combine(TestFolders.Repository, "samples");

    private static readonly string Text = File.ReadAllText(Path.Combine(Folder, "README.md"));

    public static TheoryData<string> Samples => [.. SampleNames()];

    /// <summary>The samples that run to their end; AspNetCore and Serve are servers.</summary>
    public static TheoryData<string> Programs => [.. SampleNames().Where(s => s is not ("AspNetCore" or "Serve"))];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Sample_PrintsWhatThePageShows(string sample)
    {
        Match[] commands = [.. ShownCommand().Matches(Section(sample)).Cast<Match>()];
        commands.Should().NotBeEmpty("the page shows the output of {0}", sample);

        // A folder like the root of a clone, with nothing but the sample images.
        using TemporaryFolder root = new();
        foreach (string image in Directory.GetFiles(TestFolders.SampleImages))
        {
            File.Copy(image, root["samples", "images", Path.GetFileName(image)]);
        }

        foreach (Match command in commands)
        {
            string[] arguments = command.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ProcessStartInfo start = SampleProcess.Describe(sample, root.FullPath, arguments);

            ProgramRun run = await ProgramRun.OfAsync(start);

            run.ExitCode.Should().Be(0, run.Error);
            DocumentedOutput.Difference(command.Groups["shown"].Value, run.Output).Should().BeNull();
        }
    }

    /// <summary>In a fresh clone, these tests run as soon as what they refer to is built.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_IsBuiltBeforeTheseTests(string sample)
        => File.ReadAllText(Path.Combine(TestFolders.Repository, "tests", "Samples.Tests", "Samples.Tests.csproj"))
            .Should().Contain($"/samples/{sample}/{sample}.csproj");

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_IsOneShortFile(string sample)
    {
        if (sample == "Draw")
        {
            // Draws the sample images: not a sample of the API.
            return;
        }

        string[] files = [.. Directory.GetFiles(Path.Combine(Folder, sample), "*.cs")];

        files.Should().ContainSingle().Which.Should().EndWith("Program.cs");
        File.ReadAllLines(files[0]).Should().HaveCountLessThanOrEqualTo(MaxLines);
    }

    [Fact]
    public void Table_HasEverySample()
        => TableRow().Matches(Text).Select(m => m.Groups[1].Value).Should().BeEquivalentTo(SampleNames());

    [Fact]
    public async Task Classify_BadImage_DoesNotFailTheOthers()
    {
        string cat = Path.Combine(TestFolders.SampleImages, "cat.png"), labels = Path.Combine(TestFolders.SampleImages, "labels.txt");

        ProgramRun run = await ProgramRun.OfAsync(SampleProcess.Describe("Classify", Path.GetTempPath(), labels, cat));

        run.ExitCode.Should().Be(1, run.Error);
        run.Lines.Should().HaveCount(3);
        run.Lines[1].Should().StartWith("labels.txt ");
        run.Lines[2].Should().MatchRegex("^cat.png +cat ");
    }

    private static IEnumerable<string> SampleNames()
        => Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f));

    private static string Section(string sample) => Text.Split("\n## ").Single(s => s.StartsWith($"{sample}\n", StringComparison.Ordinal));

    /// <summary>A command on a line of its own and the block of output that follows.</summary>
    [GeneratedRegex(
        @"^    dotnet run --project samples/\w+(?: -- (?<arguments>.*))?\n\n```\n(?<shown>(?:.*\n)*?)```$", RegexOptions.Multiline)]
    private static partial Regex ShownCommand();

    [GeneratedRegex(@"^\| \[(\w+)\]", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
