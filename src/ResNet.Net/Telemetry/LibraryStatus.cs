namespace ResNet.Net;

/// <summary>Represents a package with a native library that ResNet.Net uses, and whether the native library can be loaded.</summary>
public sealed record LibraryStatus
{
    internal LibraryStatus()
    {
    }

    /// <summary>Gets the name of the package, such as <c>Microsoft.ML.OnnxRuntime</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the version of the managed assembly.</summary>
    public required string Version { get; init; }

    /// <summary>Gets the version that the native library reports; null when it could not be loaded.</summary>
    public string? NativeVersion { get; init; }

    /// <summary>Gets the file that the native library was loaded from; null when it could not be loaded or the system does not tell.</summary>
    public string? NativePath { get; init; }

    /// <summary>Gets why the native library cannot be used, and what to do; null when it can.</summary>
    public string? Error { get; init; }
}
