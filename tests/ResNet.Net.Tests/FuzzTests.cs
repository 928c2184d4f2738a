using System.Globalization;

namespace ResNet.Net.Tests;

/// <summary>Runs <c>tests/Fuzz</c> with few inputs and a fixed seed.</summary>
public class FuzzTests
{
    // It is built with these tests.
    private static readonly string Program = Path.Combine(
        TestFolders.Repository,
        "tests",
        "Fuzz",
        "bin",
        AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0",
        "ResNet.Net.Fuzz.dll");

    [Fact]
    public async Task Images_ThousandsOfHostileFiles_EndAsPixelsOrTheRightFailure()
    {
        Dictionary<string, long> counts = await RunAsync("images", 4000);

        counts.Values.Sum().Should().Be(4000);
        string[] formats = ["JPEG", "PNG", "WebP", "GIF", "BMP", "ICO"];
        string[] outcomes = ["pixels", "Truncated", "Corrupt", "TooLarge"];
        counts.Keys.Should().Contain(formats.SelectMany(format => outcomes.Select(outcome => $"{format} {outcome}")));
        string[] others = ["JPEG UnsupportedFormat", "TIFF UnsupportedFormat", "unknown UnsupportedFormat", "unknown Empty"];
        counts.Keys.Should().Contain(others);
        counts.Should().HaveCount((formats.Length * outcomes.Length) + others.Length, "a format that is read has no other outcome");
    }

    [Fact]
    public async Task Models_ThousandsOfMutations_EndAsDocumented()
    {
        Dictionary<string, long> counts = await RunAsync("models", 5000);

        counts.Values.Sum().Should().Be(5000);
        counts.Keys.Should().Contain(["operations completed", "Parse OnnxModelException", "Upgrade OnnxModelException"]);
    }

    [Fact]
    public async Task Sessions_HundredsOfMutations_EndAsDocumented()
    {
        Dictionary<string, long> counts = await RunAsync("sessions", 400);

        counts.Values.Sum().Should().Be(400);
        counts.Keys.Should().Contain(["Classify completed", "Embed completed", "ResNetClassifier InferenceException"]);
    }

    [Fact]
    public async Task Archives_ThousandsOfMutations_EndAsDocumented()
    {
        Dictionary<string, long> counts = await RunAsync("archives", 5000);

        counts.Values.Sum().Should().Be(5000);
        string[] kinds = ["config", "features", "golden", "journal", "labels", "list", "lmdb", "profile", "tar", "zip"];
        counts.Keys.Should().Contain(kinds.Select(kind => $"{kind} read"), "valid files are among them");
        counts.Keys.Where(key => !key.EndsWith(" read", StringComparison.Ordinal)).Select(key => key.Split(' ')[0])
            .Should().BeEquivalentTo(kinds.Except(["features"]), "a damaged cache is an empty cache");
    }

    [Fact]
    public async Task Files_ThousandsOfMutations_EndAsDocumented()
    {
        Dictionary<string, long> counts = await RunAsync("files", 4000);

        counts.Values.Sum().Should().Be(4000);
        string[] kinds = ["csv", "index", "kit", "manifest", "netdef", "netpair", "nettext", "origin", "record", "synsets", "truth"];
        counts.Keys.Should().Contain(
            kinds.Except(["manifest"]).Select(kind => $"{kind} read"),
            "valid files are among them, but a changed manifest is of another run");
        counts.Keys.Where(key => !key.EndsWith(" read", StringComparison.Ordinal)).Select(key => key.Split(' ')[0])
            .Should().BeEquivalentTo(kinds.Except(["origin", "record"]), "a damaged record of the store is no record");
    }

    [Fact]
    public async Task Requests_HundredsOfMutations_EndAsDocumented()
    {
        Dictionary<string, long> counts = await RunAsync("requests", 800);

        counts.Values.Sum().Should().Be(800);
        counts.Keys.Should().Contain(["http 200", "http 400", "http 404", "raw 400", "grpc status 0", "grpc status 3"]);
    }

    private static async Task<Dictionary<string, long>> RunAsync(string target, int count)
    {
        using TemporaryFolder folder = new();
        ProgramRun run = await ProgramRun.OfAsync(
            ProgramRun.Dotnet(
                Program,
                [target, "--count", count.ToString(CultureInfo.InvariantCulture), "--processes", "2", "--output", folder.FullPath]),
            TimeSpan.FromMinutes(10));

        run.ExitCode.Should().Be(0, "{0}{1}", run.Output, run.Error);
        return run.Lines.SkipWhile(line => !line.StartsWith("| kind", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|') && !line.StartsWith("| stage", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(
                cells => $"{cells[1]} {cells[2]}",
                cells => long.Parse(cells[3], NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
    }
}
