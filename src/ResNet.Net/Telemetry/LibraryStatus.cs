namespace ResNet.Net;

/// <summary>Describes a package with a native library, and whether the library can be loaded.</summary>
public sealed record LibraryStatus
{
    internal LibraryStatus()
    {
    }

    /// <summary>Gets the name of the package, such as <c>Microsoft.ML.OnnxRuntime</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the version of the managed assembly.</summary>
    public required string Version { get; init; }

    /// <summary>Gets the version that the native library reports; <see langword="null"/> if it cannot be loaded.</summary>
    public string? NativeVersion { get; init; }

    /// <summary>Gets the path of the native library; <see langword="null"/> if it cannot be loaded or the path is unknown.</summary>
    public string? NativePath { get; init; }

    /// <summary>Gets why the native library cannot be used, and what to do; <see langword="null"/> if it can.</summary>
    public string? Error { get; init; }
}
