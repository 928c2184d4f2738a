using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Packages.Tests;

/// <summary>The package of the real ResNet-18, and an application that uses it.</summary>
[Collection(nameof(Feed))]
public class ModelPackageTests(Feed feed)
{
    private const string File = "models/resnet18-backbone.onnx";

    /// <summary>Embeds the image that it is given; the store is in a new folder and offline.</summary>
    private const string Program = """
        using ResNet.Net;

        ModelStore store = new(new ModelStoreOptions { RootFolder = args[1], LocalFolders = [], Offline = true });
        using var embedder = ResNetEmbedder.Create(ResNetVariant.ResNet18Backbone, new ResNetEmbedderOptions { Store = store });
        Console.WriteLine(embedder.Embed(args[0]).Length);
        """;

    [Fact]
    public void Package_HasTheModel_ItsLicensesAndItsBuildFile_ButNoAssembly()
    {
        using Package package = feed.Open(Feed.ResNet18);

        package.Files.Should().Contain([File, "LICENSE", "THIRD-PARTY-NOTICES.TXT", "README.md", "icon.png"])
            .And.Contain($"buildTransitive/{Feed.ResNet18}.targets")
            .And.NotContain(f => f.EndsWith(".dll", StringComparison.Ordinal) || f.StartsWith("lib/", StringComparison.Ordinal));
        using Stream model = package.Open(File);
        Convert.ToHexStringLower(SHA256.HashData(model)).Should().Be("e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f");
        Encoding.UTF8.GetString(package["LICENSE"]).Should().Contain("MIT License").And.Contain(".NET Foundation");
        package.Value("license").Should().Be("MIT");
        package.Value("copyright").Should().Contain(".NET Foundation");
        package.Dependencies.Should().Equal(("ResNet.Net", feed.Version));
        Encoding.UTF8.GetString(package["README.md"]).Should().StartWith($"# {Feed.ResNet18}\n")
            .And.Contain($"dotnet add package {Feed.ResNet18} --prerelease\n")
            .And.NotContain("](", "relative links do not work on nuget.org");
    }

    [Theory]
    [InlineData("framework")]
    [InlineData("single-file", "-r", "RID", "--self-contained", "false", "-p:PublishSingleFile=true")]
    public async Task Publish_ApplicationWithThePackage_EmbedsOffline(string folder, params string[] arguments)
    {
        Consumer consumer = Consumer.Create(feed, "backbone", Program, [Consumer.Reference(Feed.ResNet18, feed.Version)]);

        Consumer.Published published = await consumer.PublishAsync(
            $"backbone-{folder}", arguments.Select(a => a == "RID" ? NativeFile.Here : a));
        using TemporaryFolder store = new();
        ProgramRun run = await published.RunAsync(Applications.Image, store.FullPath);

        published.Files.Should().Contain(File);
        run.Lines.Should().Equal(["512"], run.Error);
    }
}
