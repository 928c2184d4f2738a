using Microsoft.CodeAnalysis;

namespace ResNet.Net.Tests.Support;

/// <summary>The assemblies that code in tests compiles against: every framework and library assembly that this process can load.</summary>
internal static class References
{
    public static IReadOnlyList<PortableExecutableReference> All { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];
}
