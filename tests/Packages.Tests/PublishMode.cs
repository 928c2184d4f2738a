using System.Text.RegularExpressions;

namespace ResNet.Net.Packages.Tests;

/// <summary>A way to publish an application.</summary>
/// <param name="Name">As the documentation calls it.</param>
/// <param name="Arguments">What <c>dotnet publish</c> is given.</param>
/// <param name="Packs">The SDK's own packages that it needs.</param>
public sealed partial record PublishMode(string Name, string[] Arguments, params string[] Packs)
{
    private const string Linker = "Microsoft.NET.ILLink.Tasks";

    private static readonly string Runtime = $"Microsoft.NETCore.App.Runtime.{NativeFile.Here}";

    private static readonly Lazy<Task<string[]>> Complaints = new(AskTheFeedAsync);

    public static PublishMode FrameworkDependent { get; } = new("framework-dependent", []);

    public static PublishMode Trimmed { get; } = new("trimmed", ["-r", NativeFile.Here, "-p:PublishTrimmed=true", "-p:TrimmerSingleWarn=false"], Runtime, Linker);

    public static PublishMode NativeAot { get; } = new(
        "Native AOT", ["-r", NativeFile.Here, "-p:PublishAot=true", "-p:TrimmerSingleWarn=false"],
        Linker, "Microsoft.DotNet.ILCompiler", $"runtime.{NativeFile.Here}.Microsoft.DotNet.ILCompiler", $"Microsoft.NETCore.App.Runtime.NativeAOT.{NativeFile.Here}");

    public static IReadOnlyList<PublishMode> All { get; } =
    [
        FrameworkDependent,
        new("framework-dependent, for one platform", ["-r", NativeFile.Here, "--self-contained", "false"]),
        new("self-contained", ["-r", NativeFile.Here, "--self-contained"], Runtime),
        new("single file", ["-r", NativeFile.Here, "--self-contained", "-p:PublishSingleFile=true"], Runtime, Linker),
        new("single file, libraries inside", ["-r", NativeFile.Here, "--self-contained", "-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true"], Runtime, Linker),
        Trimmed,
        NativeAot,
    ];

    /// <summary>The name, for a folder: MSBuild takes a comma for the end of a property.</summary>
    public string Folder => Name.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-');

    /// <summary>Why this mode cannot be published here, in NuGet's words; null where it can.</summary>
    public async Task<string?> MissingAsync() => Packs.Length == 0 ? null : Array.Find(
        await Complaints.Value, c => !NotOnTheFeed().IsMatch(c) || Packs.Any(p => c.Contains($" {p}.", StringComparison.Ordinal) || c.Contains($" {p} ", StringComparison.Ordinal)));

    public override string ToString() => Name;

    // The restore of exactly these packs, as publishing would ask for them.
    private static async Task<string[]> AskTheFeedAsync()
    {
        using TemporaryFolder folder = new();
        IEnumerable<string> packs = All.SelectMany(m => m.Packs).Distinct().Select(p => $"""    <PackageDownload Include="{p}" Version="[$(BundledNETCoreAppPackageVersion)]" />""");
        folder.Write("packs.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
            {string.Join('\n', packs)}
              </ItemGroup>
            </Project>
            """);
        ProgramRun run = await DotnetCommand.TryAsync(folder.FullPath, "restore");
        return run.ExitCode == 0 ? [] : [.. run.Lines.Where(l => l.Contains(" error ", StringComparison.Ordinal)).Select(l => l[(l.IndexOf(" error ", StringComparison.Ordinal) + 1)..]).Distinct()];
    }

    /// <summary>What NuGet says of a package that no source has, in any version or in this one.</summary>
    [GeneratedRegex(@"^error NU110[12]: Unable to find package ")]
    public static partial Regex NotOnTheFeed();
}
