using System.Globalization;

namespace ResNet.Net.Packages.Tests;

/// <summary>
/// The packages of this checkout, packed once for all tests into a folder that is used as a feed. Their version is new each time and the
/// folder of unpacked packages is the feed's own, so no stale package is used and none is left behind. Packages of others come from the
/// user's folder and feeds.
/// </summary>
public sealed class Feed : IAsyncLifetime, IDisposable
{
    private const string Core = "ResNet.Net";

    /// <summary>A folder with packages to test instead, which .ci/run has made already.</summary>
    private static readonly string? Given = Environment.GetEnvironmentVariable("RESNET_NET_TEST_PACKAGES");

    private readonly TemporaryFolder _folder = new();

    public const string Tool = "ResNet.Net.Tool";

    public const string Templates = "ResNet.Net.Templates";

    public const string ResNet18 = "ResNet.Net.Models.ResNet18";

    /// <summary>Gets the packages of libraries: every folder of <c>src</c> but those of the tool, the templates and the models.</summary>
    public static IReadOnlyList<string> Ids { get; } =
    [
        .. Directory.GetDirectories(Path.Combine(TestFolders.Repository, "src")).Select(f => Path.GetFileName(f))
            .Where(i => i is not (Tool or Templates or ResNet18)).Order(StringComparer.Ordinal),
    ];

    public string Version { get; } = Given is null
        ? string.Create(CultureInfo.InvariantCulture, $"99.0.0-test.{DateTime.UtcNow.Ticks}")
        : Path.GetFileNameWithoutExtension(
            Directory.GetFiles(Given, $"{Core}.*.nupkg")
                .Single(f => char.IsAsciiDigit(Path.GetFileName(f)[Core.Length + 1])))[(Core.Length + 1)..];

    /// <summary>Gets the packages without a dependency that trimming warns about.</summary>
    public IReadOnlyList<string> Trimmable => [.. Ids.Where(id =>
    {
        using Package package = Open(id);
        return !package.Dependencies.Any(
            d => d.Id is "SixLabors.ImageSharp" or "NetVips" or "Grpc.AspNetCore.Server.Reflection" or "Parquet.Net"
                or "Microsoft.Orleans.Server");
    })];

    /// <summary>Gets the folder for projects of consumers: outside the repository, below a NuGet.config that names the feed.</summary>
    public string Consumers => _folder["consumers"];

    /// <summary>Gets the folder with the packages.</summary>
    public string Folder => Given ?? _folder["packages"];

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Consumers);
        Directory.CreateDirectory(Folder);
        string user = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        _folder.Write("NuGet.config", $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="unpacked" />
              </config>
              <packageSources>
                <add key="checkout" value="{Folder}" />
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

        await PackAsync(_folder, $"PackageVersion={Version}", Folder);
    }

    /// <summary>Packs every project of <c>src</c>. One build for all builds shared projects once.</summary>
    internal static async Task PackAsync(TemporaryFolder work, string properties, string packages)
    {
        properties = $"Configuration=Release;{properties};PackageOutputPath={packages};NuspecOutputPath={work["manifests"]}";
        string project = work.Write("pack.proj", $"""
            <Project>
              <Target Name="Pack">
                <ItemGroup>
                  <Library Include="{TestFolders.Repository}/src/*/*.csproj" />
                </ItemGroup>
                <MSBuild Projects="@(Library)" Targets="Pack" BuildInParallel="true"
                         Properties="{properties}" />
              </Target>
            </Project>
            """);
        await DotnetCommand.RunAsync(work.FullPath, "msbuild", project, "-t:Pack", "-m", "-v:m", "-nologo");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal Package Open(string id, string extension = "nupkg") => new(Path.Combine(Folder, $"{id}.{Version}.{extension}"));
}
