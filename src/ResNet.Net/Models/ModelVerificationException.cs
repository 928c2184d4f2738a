namespace ResNet.Net;

/// <summary>Something was found, but its bytes are not those of the variant: its size or its SHA-256 differs. It was not loaded.</summary>
public sealed class ModelVerificationException : ModelUnavailableException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="modelId">The id of the variant.</param>
    /// <param name="path">The file, or the address, that failed.</param>
    /// <param name="expectedSha256">The SHA-256 that the file must have, lower-case hexadecimal.</param>
    /// <param name="actualSha256">The SHA-256 that it has; null when its size already differed.</param>
    /// <param name="message">What was found where, and what to do.</param>
    public ModelVerificationException(string modelId, string path, string expectedSha256, string? actualSha256, string message)
        : base(modelId, message)
    {
        Path = path;
        ExpectedSha256 = expectedSha256;
        ActualSha256 = actualSha256;
    }

    /// <summary>The file, or the address, that failed.</summary>
    public string Path { get; }

    /// <summary>The SHA-256 that the file must have, lower-case hexadecimal.</summary>
    public string ExpectedSha256 { get; }

    /// <summary>The SHA-256 that the file has; null when its size already differed and it was not hashed.</summary>
    public string? ActualSha256 { get; }
}
