using System.Diagnostics;
using System.Text;

namespace ResNet.Net.Packages.Tests;

/// <summary>The package of the tool.</summary>
[Collection(nameof(Feed))]
public class ToolPackageTests(Feed feed)
{
    private const long MaxBytes = 250_000_000; // the limit of nuget.org

    [Fact]
    public async Task Install_FromTheFeed_ClassifiesTheSampleImages()
    {
        string folder = Path.Combine(feed.Consumers, "tool");
        await DotnetCommand.RunAsync(feed.Consumers, "tool", "install", Feed.Tool, "--tool-path", folder, "--version", feed.Version);
        ProcessStartInfo start = new(Path.Combine(folder, OperatingSystem.IsWindows() ? "resnet.exe" : "resnet"), ["classify", "--json"]);
        DotnetCommand.Isolate(start);

        ProgramRun run = await ProgramRun.OfAsync(start);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().HaveCount(
            Directory.GetFiles(TestFolders.SampleImages, "*.png").Length).And.Contain(l => l.Contains("\"cat\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Package_HasItsReadme_TheNativeLibrariesOfSupportedPlatforms_AndLicenses()
    {
        using Package package = feed.Open(Feed.Tool);

        Encoding.UTF8.GetString(package["README.md"])
            .Should().StartWith($"# {Feed.Tool}\n").And.Contain($"dotnet tool install --global {Feed.Tool} --prerelease\n");
        package.Files.Where(f => f.Contains("onnxruntime.", StringComparison.Ordinal) && f.Contains("/native/", StringComparison.Ordinal))
            .Select(f => f.Split('/')[^3])
            .Should().BeEquivalentTo("linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64");
        package.Files.Should().Contain("THIRD-PARTY-NOTICES.md").And.Contain("licenses/Microsoft.ML.OnnxRuntime/ThirdPartyNotices.txt");
        package.Files.Should().NotContain(f => f.EndsWith(".pdb", StringComparison.Ordinal));
        new FileInfo(package.Path).Length.Should().BeLessThan(MaxBytes);
    }
}
