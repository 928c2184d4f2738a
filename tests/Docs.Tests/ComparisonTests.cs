using System.Diagnostics;
using System.Text.Json;
using ResNet.Net.Onnx;

namespace ResNet.Net.Docs.Tests;

/// <summary>Compares the tables and the plot of the comparison with its results, and runs two contestants.</summary>
public class ComparisonTests
{
    private const string Start = "<!-- comparison: ";
    private const string End = "<!-- end of comparison -->";
    private const double Tolerance = 0.05;

    // Not the copy next to the tests, whose folder lacks the assemblies that the tests take from ASP.NET Core.
    private static readonly string Dll = Path.Combine(
        TestFolders.Repository,
        "benchmarks",
        "ResNet.Net.Comparison",
        "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
        new DirectoryInfo(AppContext.BaseDirectory).Name,
        "ResNet.Net.Comparison.dll");

    private static readonly string Peers = Path.Combine(TestFolders.Repository, "benchmarks", "ResNet.Net.Comparison", "Peers");

    [Fact]
    public async Task Render_CommittedResults_MatchesPagesAndPlot()
    {
        string[] pages = ["README.md", "docs/performance.md"];
        string results = ResultsOf(pages[0]);
        ResultsOf(pages[1]).Should().Be(results);
        using TemporaryFolder root = new();
        Directory.CreateDirectory(root["docs"]);
        Directory.CreateDirectory(root[results]);
        File.Copy(Path.Combine(TestFolders.Repository, results, "comparison.json"), Path.Combine(root[results], "comparison.json"));
        foreach (string page in pages)
        {
            File.WriteAllText(root[page], WithoutSection(File.ReadAllText(Path.Combine(TestFolders.Repository, page))));
        }

        ProgramRun run = await ProgramRun.OfAsync(ProgramRun.Dotnet(Dll, ["render", root[results], "--pages", root.FullPath]));

        run.ExitCode.Should().Be(0, run.Error);
        string[] files = [.. pages, $"{results}/comparison.md", $"{results}/comparison.svg"];
        foreach (string file in files)
        {
            File.ReadAllText(root[file]).Should().Be(File.ReadAllText(Path.Combine(TestFolders.Repository, file)), file);
        }
    }

    [Fact]
    public async Task Contestants_TwoPhotos_AnswerRequestsWithTheSameProbabilities()
    {
        using TemporaryFolder folder = new();
        OnnxModel model = ResNetBuilder.Build(ResNetArchitecture.ImageNet(18) with { Width = 8, Classes = 10 });
        model.Save(folder["small.onnx"]);
        string[] photos = ["jpeg-420.jpg", "jpeg-baseline.jpg"];
        File.WriteAllLines(
            folder["photos.txt"], photos.Select(photo => Path.Combine(TestFolders.Repository, "tests", "fixtures", "images", photo)));

        JsonElement[] ours = await RepliesAsync("ours", folder);
        JsonElement[] tutorial = await RepliesAsync("tutorial", folder);

        for (int photo = 0; photo < photos.Length; photo++)
        {
            float[] expected = Scores(ours, photo);
            expected.Sum().Should().BeApproximately(1, 1e-4f);
            expected.Zip(Scores(tutorial, photo)).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan((float)Tolerance);
        }
    }

    [Theory]
    [InlineData("Node/peer.mjs")]
    [InlineData("Python/protocol.py")]
    public void Script_OfAContestant_AnswersAllRequests(string script)
    {
        string source = File.ReadAllText(Path.Combine(Peers, script));
        string requests = File.ReadAllText(Path.Combine(Peers, "..", "Protocol", "PeerRequest.cs"));
        string[] commands =
        [
            .. requests.Split('\n').Where(line => line.Contains("const string", StringComparison.Ordinal))
                .Select(line => line.Split('"')[1]),
        ];

        commands.Should().HaveCount(3);
        foreach (string command in commands)
        {
            source.Should().MatchRegex($"[ {{\"]{command}\"?: ");
        }
    }

    private static async Task<JsonElement[]> RepliesAsync(string contestant, TemporaryFolder folder)
    {
        ProcessStartInfo start = ProgramRun.Dotnet(
            Dll, ["peer", contestant, "--model", folder["small.onnx"], "--photos", folder["photos.txt"], "--threads", "2"]);
        start.Environment["RESNET_NET_HOME"] = folder["store"];
        const string Requests = """
            {"command":"latency","from":0,"count":2}
            {"command":"throughput","from":1,"count":3}
            {"command":"scores","from":0,"count":2,"preprocessing":"pillow-bilinear"}

            """;
        ProgramRun run = await ProgramRun.WithInputAsync(start, Requests);

        run.ExitCode.Should().Be(0, run.Output + run.Error);
        JsonElement[] replies = [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        replies.Should().HaveCount(4);
        replies[0].GetProperty("ready").GetBoolean().Should().BeTrue();
        replies[0].GetProperty("top").GetArrayLength().Should().Be(5);
        replies[1].GetProperty("milliseconds").GetArrayLength().Should().Be(2);
        replies[2].GetProperty("seconds").GetDouble().Should().BePositive();
        return replies;
    }

    private static float[] Scores(JsonElement[] replies, int photo)
        => [.. replies[3].GetProperty("scores")[photo].EnumerateArray().Select(value => value.GetSingle())];

    private static string ResultsOf(string page)
        => File.ReadLines(Path.Combine(TestFolders.Repository, page))
            .Single(line => line.StartsWith(Start, StringComparison.Ordinal))[Start.Length..].Split(' ')[0];

    private static string WithoutSection(string page)
    {
        int start = page.IndexOf('\n', page.IndexOf(Start, StringComparison.Ordinal)) + 1;
        return page[..start] + page[page.IndexOf(End, StringComparison.Ordinal)..];
    }
}
