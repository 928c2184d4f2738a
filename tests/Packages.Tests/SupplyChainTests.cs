using System.Text.Json;
using System.Xml.Linq;

namespace ResNet.Net.Packages.Tests;

/// <summary>Where the bytes of the packages come from: lock files, bills of materials, and the same bytes from the same build.</summary>
[Collection(nameof(Feed))]
public class SupplyChainTests(Feed feed)
{
    public static TheoryData<string> Projects =>
    [
        .. Directory.GetDirectories(Path.Combine(TestFolders.Repository, "src")).Select(f => Path.GetFileName(f))
            .Where(i => i != Feed.Templates).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void LockFile_HasTheCentralVersionsAndTheHashesOfTheUnpackedPackages(string project)
    {
        Dictionary<string, string> central = XDocument.Load(Path.Combine(TestFolders.Repository, "Directory.Packages.props"))
            .Descendants("PackageVersion").ToDictionary(e => e.Attribute("Include")!.Value, e => e.Attribute("Version")!.Value);
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(TestFolders.Repository, "src", project, "packages.lock.json")));

        (string Id, JsonElement Value)[] packages =
        [
            .. document.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(f => f.Value.EnumerateObject())
                .Where(p => p.Value.GetProperty("type").GetString() != "Project").Select(p => (p.Name, p.Value)),
        ];

        packages.Should().NotBeEmpty();
        foreach ((string id, JsonElement value) in packages)
        {
            string resolved = value.GetProperty("resolved").GetString()!, hash = value.GetProperty("contentHash").GetString()!;
            Convert.FromBase64String(hash).Should().HaveCount(64, $"{id} has a SHA-512");
            if (central.TryGetValue(id, out string? version))
            {
                resolved.Should().Be(version, id);
            }

            string metadata = Path.Combine(Unpacked, id.ToLowerInvariant(), resolved.ToLowerInvariant(), ".nupkg.metadata");
            if (File.Exists(metadata))
            {
                using JsonDocument unpacked = JsonDocument.Parse(File.ReadAllBytes(metadata));
                unpacked.RootElement.GetProperty("contentHash").GetString()
                    .Should().Be(hash, $"{id} {resolved} is the package of the lock file");
            }
        }
    }

    [Fact]
    public async Task Pack_TheSameBuildAgain_GivesTheSameBytes()
    {
        using TemporaryFolder again = new();

        await Feed.PackAsync(again, $"NoBuild=true;PackageVersion={feed.Version}", again["packages"]);

        string[] files = [.. Directory.GetFiles(again["packages"]).Select(f => Path.GetFileName(f))];
        files.Should().HaveCountGreaterThan(Feed.Ids.Count * 2, "libraries have symbol packages");
        foreach (string file in files)
        {
            File.ReadAllBytes(Path.Combine(again["packages"], file)).AsSpan()
                .SequenceEqual(File.ReadAllBytes(Path.Combine(feed.Folder, file))).Should().BeTrue($"{file} was packed twice");
        }
    }

    private static string Unpacked => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
