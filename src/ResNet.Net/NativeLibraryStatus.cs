namespace ResNet.Net;

/// <summary>Whether a native library was found.</summary>
public sealed record NativeLibraryStatus
{
    internal NativeLibraryStatus()
    {
    }

    /// <summary>Its name, such as <c>onnxruntime</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What fails without it.</summary>
    public required string Purpose { get; init; }

    /// <summary>Whether something fails without it; false for one that only makes work faster.</summary>
    public required bool IsRequired { get; init; }

    /// <summary>Where it was loaded from; null when it was not.</summary>
    public string? Path { get; init; }

    /// <summary>Its version, such as <c>1.30.0</c>; null when it was not loaded, or does not tell.</summary>
    public string? Version { get; init; }

    /// <summary>Why it cannot be used, and what to do; null when it can.</summary>
    public string? Error { get; init; }
}
