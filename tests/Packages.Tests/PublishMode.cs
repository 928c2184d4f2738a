using System.Text.RegularExpressions;

namespace ResNet.Net.Packages.Tests;

/// <summary>A way to publish an application.</summary>
/// <param name="Name">The name in the documentation.</param>
/// <param name="Arguments">The arguments of <c>dotnet publish</c>.</param>
/// <param name="Packs">The packages of the SDK that it needs.</param>
public sealed partial record PublishMode(string Name, string[] Arguments, params string[] Packs)
{
    private const string Linker = "Microsoft.NET.ILLink.Tasks";

    private static readonly string Compiler = $"Microsoft.NETCore.App.Crossgen2.{NativeFile.Here}";

    private static readonly string Runtime = $"Microsoft.NETCore.App.Runtime.{NativeFile.Here}";

    private static readonly Lazy<Task<string[]>> Complaints = new(AskTheFeedAsync);

    public static PublishMode FrameworkDependent { get; } = new("framework-dependent", []);

    public static PublishMode Trimmed { get; } = new(
        "trimmed", ["-r", NativeFile.Here, "-p:PublishTrimmed=true", "-p:TrimmerSingleWarn=false"], Runtime, Linker);

    public static PublishMode NativeAot { get; } = new(
        "Native AOT", ["-r", NativeFile.Here, "-p:PublishAot=true", "-p:TrimmerSingleWarn=false"],
        Linker,
        "Microsoft.DotNet.ILCompiler",
        $"runtime.{NativeFile.Here}.Microsoft.DotNet.ILCompiler",
        $"Microsoft.NETCore.App.Runtime.NativeAOT.{NativeFile.Here}");

    public static IReadOnlyList<PublishMode> All { get; } =
    [
        FrameworkDependent,
        new("framework-dependent, for one platform", ["-r", NativeFile.Here, "--self-contained", "false"]),
        new("self-contained", ["-r", NativeFile.Here, "--self-contained"], Runtime),
        new("single file", ["-r", NativeFile.Here, "--self-contained", "-p:PublishSingleFile=true"], Runtime, Linker),
        new(
            "single file, libraries inside",
            ["-r", NativeFile.Here, "--self-contained", "-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true"],
            Runtime,
            Linker),
        Trimmed,
        NativeAot,
    ];

    /// <summary>Gets what is measured as well: whether ReadyToRun code makes the start faster.</summary>
    public static IReadOnlyList<PublishMode> ReadyToRun { get; } =
    [
        new("framework-dependent, ReadyToRun", ["-r", NativeFile.Here, "--self-contained", "false", "-p:PublishReadyToRun=true"], Compiler),
        new("trimmed, ReadyToRun", [.. Trimmed.Arguments, "-p:PublishReadyToRun=true"], Runtime, Linker, Compiler),
    ];

    /// <summary>Gets the name for a folder: a comma would end a property of MSBuild.</summary>
    public string Folder => Name.Replace(",", "", StringComparison.Ordinal).Replace(' ', '-');

    /// <summary>Returns why this mode cannot be published here; null if it can.</summary>
    public async Task<string?> MissingAsync()
        => Packs.Length == 0 ? null
            : this == NativeAot && NoLinker() is string missing ? missing
            : Array.Find(await Complaints.Value, IsRelevant);

    public override string ToString() => Name;

    private bool IsRelevant(string complaint)
        => !NotOnTheFeed().IsMatch(complaint)
            || Packs.Any(p => complaint.Contains($" {p}.", StringComparison.Ordinal)
                || complaint.Contains($" {p} ", StringComparison.Ordinal));

    // On Linux the SDK links with clang or, without it, with gcc.
    private static string? NoLinker()
        => !OperatingSystem.IsLinux() || (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':').Any(f => File.Exists(Path.Combine(f, "clang")) || File.Exists(Path.Combine(f, "gcc")))
            ? null
            : "needs clang or gcc as the linker (Debian: apt-get install clang zlib1g-dev)";

    // Restores exactly these packs, as publishing would.
    private static async Task<string[]> AskTheFeedAsync()
    {
        using TemporaryFolder folder = new();
        IEnumerable<string> packs = All.Concat(ReadyToRun)
            .SelectMany(m => m.Packs).Distinct()
            .Select(p => $"""    <PackageDownload Include="{p}" Version="[$(BundledNETCoreAppPackageVersion)]" />""");
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
        return run.ExitCode == 0
            ? []
            : [
                .. run.Lines.Where(l => l.Contains(" error ", StringComparison.Ordinal))
                    .Select(l => l[(l.IndexOf(" error ", StringComparison.Ordinal) + 1)..]).Distinct(),
            ];
    }

    /// <summary>Matches NuGet's error for a package, or a version of it, that no source has.</summary>
    [GeneratedRegex(@"^error NU110[12]: Unable to find package ")]
    public static partial Regex NotOnTheFeed();
}
