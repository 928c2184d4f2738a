using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;

namespace ResNet.Net.Packages.Tests;

/// <summary>What is in the packages.</summary>
[Collection(nameof(Feed))]
public class PackageTests(Feed feed)
{
    private const string Runtime = "ResNet.Net.Runtime";
    private const long MostBytes = 250_000_000; // nuget.org takes no more

    private static readonly string[] Platforms = ["linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64"];

    public static TheoryData<string> Ids => [.. Feed.Ids];

    public static TheoryData<string> Libraries => [.. Feed.Ids.Where(i => i != Runtime)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Manifest_SaysWhatAPageOfItNeeds(string id)
    {
        using Package package = feed.Open(id);

        package.Value("id").Should().Be(id);
        package.Value("license").Should().StartWith("Apache-2.0");
        package.Value("authors").Should().Be("ResNet.Net contributors");
        package.Value("copyright").Should().NotBeNullOrEmpty();
        package.Value("description").Should().NotBe("Package Description").And.EndWith(".");
        package.Value("tags")!.Split(' ').Should().Contain("resnet").And.OnlyHaveUniqueItems();
        package.Value("icon").Should().Be("icon.png");
        package.Value("readme").Should().Be("README.md");
        package.Metadata.Element(package.Metadata.Name.Namespace + "repository")?.Attribute("commit").Should().NotBeNull("SourceLink and people look for the source by it");
        new FileInfo(package.Path).Length.Should().BeLessThan(MostBytes);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Icon_IsAPngOf128By128(string id)
    {
        using Package package = feed.Open(id);

        byte[] png = package["icon.png"];

        png[..8].Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n');
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)).Should().Be(128);
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)).Should().Be(128);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Readme_IsItsOwn_AndLinksNowhereRelative(string id)
    {
        using Package package = feed.Open(id);

        string readme = Encoding.UTF8.GetString(package["README.md"]);

        readme.Should().StartWith($"# {id}\n").And.Contain($"dotnet add package {id} --prerelease\n");
        readme.Should().NotContain("](", "what a link is relative to is not there on nuget.org");
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_HoldsItsAssemblyAndDocumentation_AndNothingNative(string id)
    {
        using Package package = feed.Open(id);

        package.Files.Where(f => f.StartsWith("lib/", StringComparison.Ordinal)).Should().BeEquivalentTo($"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml");
        package.Files.Should().NotContain(f => f.StartsWith("runtimes/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Dependencies_AreOfThisVersionOrOfTheShippedOnes(string id)
    {
        using Package package = feed.Open(id);

        foreach ((string dependency, string version) in package.Dependencies)
        {
            if (Feed.Ids.Contains(dependency))
            {
                version.Should().Be(feed.Version, dependency);
                dependency.Should().NotBe(Runtime, "the application chooses its native libraries");
            }
            else
            {
                dependency.Should().MatchRegex("^(Google.Protobuf|Polly.Core|System.Numerics.Tensors|Microsoft.Extensions\\..*)$", "build tools and analyzers are not for consumers");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Symbols_BelongToTheAssembly_AndNameNoMachine(string id)
    {
        using Package package = feed.Open(id), symbols = feed.Open(id, "snupkg");
        byte[] assembly = package[$"lib/net10.0/{id}.dll"], pdb = symbols[$"lib/net10.0/{id}.pdb"];
        using PEReader portable = new(new MemoryStream(assembly));
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(pdb));
        MetadataReader reader = provider.GetMetadataReader();
        DebugDirectoryEntry[] entries = [.. portable.ReadDebugDirectory()];

        entries.Should().Contain(e => e.Type == DebugDirectoryEntryType.Reproducible, "the compiler was asked to be deterministic");
        CodeViewDebugDirectoryData codeView = portable.ReadCodeViewDebugDirectoryData(entries.Single(e => e.Type == DebugDirectoryEntryType.CodeView));
        codeView.Path.Should().StartWith("/_/");
        codeView.Guid.Should().Be(new BlobContentId(reader.DebugMetadataHeader!.Id).Guid);
        reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)).Should().NotBeEmpty().And.OnlyContain(n => n.StartsWith("/_/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Files_HoldNoPathOfTheMachine(string id)
    {
        using Package package = feed.Open(id);
        string[] folders = [Path.TrimEndingDirectorySeparator(TestFolders.Repository), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + Path.DirectorySeparatorChar];

        foreach (string file in package.Files.Where(f => !f.StartsWith("runtimes/", StringComparison.Ordinal)))
        {
            byte[] bytes = package[file];
            foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.Unicode })
            {
                folders.Where(f => bytes.AsSpan().IndexOf(encoding.GetBytes(f)) >= 0).Should().BeEmpty(file);
            }
        }
    }

    [Fact]
    public void Runtime_HoldsBothLibrariesOfEveryPlatform_EachForItsProcessor()
    {
        using Package package = feed.Open(Runtime);

        string[] natives = [.. package.Files.Where(f => f.StartsWith("runtimes/", StringComparison.Ordinal))];

        natives.Should().BeEquivalentTo(Platforms.SelectMany(p => NativeNames(p).Select(n => $"runtimes/{p}/native/{n}")));
        foreach (string file in natives)
        {
            using Stream stream = package.Open(file);
            NativeFile.Platform(stream).Should().Be(file.Split('/')[1], file);
        }
    }

    [Fact]
    public void Runtime_HasNoSymbols_DependenciesOrAssembly()
    {
        using Package package = feed.Open(Runtime);

        package.Dependencies.Should().BeEmpty();
        package.Files.Should().NotContain(f => f.StartsWith("lib/", StringComparison.Ordinal));
        feed.Has(Runtime, "snupkg").Should().BeFalse();
    }

    [Fact]
    public void Runtime_Notices_NameEveryLibraryInVips_AndEveryLicenceIsThere()
    {
        using Package package = feed.Open(Runtime);
        string[][] rows = [.. Encoding.UTF8.GetString(package["THIRD-PARTY-NOTICES.md"]).Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray()).Skip(1)];

        foreach (string platform in Platforms)
        {
            using JsonDocument versions = JsonDocument.Parse(package[$"licenses/libvips-{platform}-versions.json"]);
            rows.Select(r => r[0].Split(' ')[0]).Should().Contain(versions.RootElement.EnumerateObject().Select(p => p.Name), platform);
            package.Files.Should().Contain($"licenses/libvips-{platform}.md");
        }

        string[] own = ["fontconfig's own", "like MIT", "Alliance for Open Media Patent License 1.0"];
        IEnumerable<string> licences = rows.SelectMany(r => r[1].Split(", ")).Distinct().Except(own);
        package.Files.Should().Contain(licences.Select(l => $"licenses/{l}.txt"));
        Encoding.UTF8.GetString(package["licenses/LGPL-3.0-or-later.txt"]).Should().Contain("GNU LESSER GENERAL PUBLIC LICENSE").And.Contain("GNU GENERAL PUBLIC LICENSE", "the one adds to the other");
    }

    private static string[] NativeNames(string platform) => platform.Split('-')[0] switch
    {
        "win" => ["onnxruntime.dll", "libvips-42.dll"],
        "osx" => ["libonnxruntime.dylib", "libvips.42.dylib"],
        _ => ["libonnxruntime.so", "libvips.so.42"],
    };
}
