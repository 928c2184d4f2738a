using Microsoft.CodeAnalysis;

namespace ResNet.Net.Tests.Support;

/// <summary>
/// What the compiler is given to compile against: every assembly that this process could load, the framework's and the libraries'.
/// </summary>
internal static class References
{
    public static IReadOnlyList<PortableExecutableReference> All { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];
}
