using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace ResNet.Net.Packages.Tests;

/// <summary>What is in the packages.</summary>
[Collection(nameof(Feed))]
public class PackageTests(Feed feed)
{
    private const long MostBytes = 250_000_000; // the limit of nuget.org

    public static TheoryData<string> Ids => [.. Feed.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Manifest_HasEverythingThatAPackagePageShows(string id)
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
        package.Metadata.Element(package.Metadata.Name.Namespace + "repository")?.Attribute("commit")
            .Should().NotBeNull("SourceLink finds the source by it");
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
        readme.Should().NotContain("](", "relative links do not work on nuget.org");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Files_AreTheAssemblyAndItsDocumentation_AndNothingNative(string id)
    {
        using Package package = feed.Open(id);

        package.Files.Where(f => f.StartsWith("lib/", StringComparison.Ordinal))
            .Should().BeEquivalentTo($"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml");
        package.Files.Should().NotContain(f => f.StartsWith("runtimes/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Dependencies_AreOfThisVersionOrOfTheShippedOnes(string id)
    {
        using Package package = feed.Open(id);

        foreach ((string dependency, string version) in package.Dependencies)
        {
            if (Feed.Ids.Contains(dependency))
            {
                version.Should().Be(feed.Version, dependency);
            }
            else
            {
                dependency.Should().MatchRegex(
                    @"^(Google\.Protobuf|Microsoft\.Extensions\..*|Microsoft\.ML\.OnnxRuntime|NetVips.*"
                        + @"|Grpc\..*|Microsoft\.AspNetCore\.OpenApi|OpenTelemetry.*"
                        + @"|AWSSDK\.S3|Microsoft\.Data\.Sqlite|Microsoft\.Orleans\.Server|Npgsql|Parquet\.Net"
                        + @"|SixLabors\.ImageSharp|SkiaSharp.*|System\.IO\.Hashing|System\.Numerics\.Tensors)$",
                    "build tools and analyzers are not for consumers");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Symbols_BelongToTheAssembly_AndNameNoMachine(string id)
    {
        using Package package = feed.Open(id), symbols = feed.Open(id, "snupkg");
        byte[] assembly = package[$"lib/net10.0/{id}.dll"], pdb = symbols[$"lib/net10.0/{id}.pdb"];
        using PEReader portable = new(new MemoryStream(assembly));
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(pdb));
        MetadataReader reader = provider.GetMetadataReader();
        DebugDirectoryEntry[] entries = [.. portable.ReadDebugDirectory()];

        entries.Should().Contain(e => e.Type == DebugDirectoryEntryType.Reproducible, "the build is deterministic");
        CodeViewDebugDirectoryData codeView = portable.ReadCodeViewDebugDirectoryData(
            entries.Single(e => e.Type == DebugDirectoryEntryType.CodeView));
        codeView.Path.Should().StartWith("/_/");
        codeView.Guid.Should().Be(new BlobContentId(reader.DebugMetadataHeader!.Id).Guid);
        reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))
            .Should().NotBeEmpty().And.OnlyContain(n => n.StartsWith("/_/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Files_HoldNoPathOfTheMachine(string id)
    {
        using Package package = feed.Open(id);
        string[] folders =
        [
            Path.TrimEndingDirectorySeparator(TestFolders.Repository),
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + Path.DirectorySeparatorChar,
        ];

        foreach (string file in package.Files)
        {
            byte[] bytes = package[file];
            foreach (Encoding encoding in new[] { Encoding.UTF8, Encoding.Unicode })
            {
                folders.Where(f => bytes.AsSpan().IndexOf(encoding.GetBytes(f)) >= 0).Should().BeEmpty(file);
            }
        }
    }
}
