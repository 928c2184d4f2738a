using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Packages.Tests;

/// <summary>
/// The packages of this checkout, packed once for all tests into a folder that serves as a feed. Their version is new every time, and the folder of unpacked packages
/// is the feed's own, so that nothing stale is taken and nothing is left behind; what others publish comes from the user's folder.
/// </summary>
public sealed class Feed : IAsyncLifetime, IDisposable
{
    /// <summary>A folder of packages that are there already: then those are tested, as .ci/run does with the ones it has made.</summary>
    private static readonly string? Given = Environment.GetEnvironmentVariable("RESNET_NET_TEST_PACKAGES");

    private readonly TemporaryFolder _folder = new();

    public const string Tool = "ResNet.Net.Tool";

    /// <summary>Every package but the tool's: a folder under <c>src</c> each.</summary>
    public static IReadOnlyList<string> Ids { get; } = [.. Directory.GetFiles(Path.Combine(TestFolders.Repository, "src"), "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)).Where(i => i != Tool).Order(StringComparer.Ordinal)];

    public string Version { get; } = Given is null
        ? string.Create(CultureInfo.InvariantCulture, $"99.0.0-test.{DateTime.UtcNow.Ticks}")
        : Path.GetFileNameWithoutExtension(Directory.GetFiles(Given, "ResNet.Net.Runtime.*.nupkg").Single())["ResNet.Net.Runtime.".Length..];

    /// <summary>Where projects of consumers go: outside the repository, with a NuGet.config that names the feed.</summary>
    public string Consumers => _folder["consumers"];

    private string Others => _folder["others"];

    private string Packages => Given ?? _folder["packages"];

    public async Task InitializeAsync()
    {
        string here = Directory.CreateDirectory(Consumers).FullName;
        Directory.CreateDirectory(Packages);
        string user = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        _folder.Write("NuGet.config", $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="unpacked" />
              </config>
              <packageSources>
                <add key="checkout" value="{Packages}" />
                <add key="others" value="{Directory.CreateDirectory(Others).FullName}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="user" value="{Directory.CreateDirectory(user).FullName}" />
              </fallbackPackageFolders>
            </configuration>
            """);

        if (Given is not null)
        {
            return;
        }

        // One build for all: what they share is built once.
        string project = _folder.Write("pack.proj", $"""
            <Project>
              <Target Name="Pack">
                <ItemGroup>
                  <Library Include="{TestFolders.Repository}/src/*/*.csproj" />
                </ItemGroup>
                <MSBuild Projects="@(Library)" Targets="Pack" BuildInParallel="true"
                         Properties="Configuration=Release;PackageVersion={Version};PackageOutputPath={Packages};NuspecOutputPath={_folder["manifests"]}" />
              </Target>
            </Project>
            """);
        await DotnetCommand.RunAsync(here, "msbuild", project, "-t:Pack", "-m", "-v:m", "-nologo");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal Package Open(string id, string extension = "nupkg") => new(Path.Combine(Packages, $"{id}.{Version}.{extension}"));

    internal bool Has(string id, string extension) => File.Exists(Path.Combine(Packages, $"{id}.{Version}.{extension}"));

    /// <summary>Adds a package that others would publish.</summary>
    internal void Add(string id, string version, IReadOnlyDictionary<string, byte[]> files)
    {
        using FileStream stream = File.Create(Path.Combine(Others, $"{id}.{version}.nupkg"));
        using ZipArchive archive = new(stream, ZipArchiveMode.Create);
        Write($"{id}.nuspec", Encoding.UTF8.GetBytes($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{id}</id>
                <version>{version}</version>
                <authors>test</authors>
                <description>A stand-in with the layout of the package of this name.</description>
              </metadata>
            </package>
            """));
        foreach ((string name, byte[] bytes) in files)
        {
            Write(name, bytes);
        }

        void Write(string name, byte[] bytes)
        {
            using Stream entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
            entry.Write(bytes);
        }
    }
}
