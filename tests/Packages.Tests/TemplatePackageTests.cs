using System.Text;
using System.Xml.Linq;

namespace ResNet.Net.Packages.Tests;

/// <summary>The contents of the template package.</summary>
[Collection(nameof(Feed))]
public class TemplatePackageTests(Feed feed)
{
    [Fact]
    public void Manifest_IsOfATemplatePackage_WithReadmeAndIcon()
    {
        using Package package = feed.Open(Feed.Templates);

        package.Metadata.Descendants(package.Metadata.Name.Namespace + "packageType").Select(t => t.Attribute("name")!.Value)
            .Should().Equal("Template");
        package.Value("license").Should().StartWith("Apache-2.0");
        package.Value("description").Should().EndWith(".");
        package.Value("icon").Should().Be("icon.png");
        package.Value("readme").Should().Be("README.md");
        package.Dependencies.Should().BeEmpty();
        package.Files.Should().Contain("icon.png").And.NotContain(f => f.StartsWith("lib/", StringComparison.Ordinal));
        Encoding.UTF8.GetString(package["README.md"]).Should().StartWith($"# {Feed.Templates}\n")
            .And.Contain($"dotnet new install {Feed.Templates}\n").And.NotContain("](", "relative links do not work on nuget.org");
    }

    [Theory]
    [InlineData("resnet-console", "ResNetConsole.csproj", "ResNet.Net")]
    [InlineData("resnet-webapi", "ResNetWebApi.csproj", "ResNet.Net.Extensions")]
    public void Project_OfATemplate_ReferencesThePackageOfThisVersion(string template, string project, string reference)
    {
        using Package package = feed.Open(Feed.Templates);
        using Stream stream = package.Open($"content/{template}/{project}");

        XElement[] references = [.. XDocument.Load(stream).Descendants("PackageReference")];

        references.Select(r => (r.Attribute("Include")!.Value, r.Attribute("Version")!.Value)).Should().Equal((reference, feed.Version));
    }

    [Fact]
    public void Files_OfTheTemplates_AreThoseOfTheRepository_AndImages()
    {
        using Package package = feed.Open(Feed.Templates);
        string folder = Path.Combine(TestFolders.Repository, "src", Feed.Templates, "templates");

        IEnumerable<string> files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => $"content/{Path.GetRelativePath(folder, f).Replace('\\', '/')}");
        IEnumerable<string> images = Directory.GetFiles(TestFolders.SampleImages, "*.png")
            .Select(f => $"content/resnet-console/images/{Path.GetFileName(f)}");

        package.Files.Where(f => f.StartsWith("content/", StringComparison.Ordinal))
            .Should().BeEquivalentTo([.. files, .. images, "content/resnet-webapi/images/cat.png"]);
    }
}
