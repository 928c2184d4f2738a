namespace ResNet.Net;

/// <summary>The exception that is thrown when a file has another size or SHA-256 than the variant. The file was not loaded.</summary>
public sealed class ModelVerificationException : ModelUnavailableException
{
    /// <summary>Initializes a new instance of the <see cref="ModelVerificationException"/> class.</summary>
    /// <param name="modelId">The id of the variant.</param>
    /// <param name="path">The path or address of the file.</param>
    /// <param name="expectedSha256">
    /// The published SHA-256 of the file, in lowercase hexadecimal; <see langword="null"/> if none is published.
    /// </param>
    /// <param name="actualSha256">The SHA-256 of the file; <see langword="null"/> if its size differed already.</param>
    /// <param name="message">What was found where, and what to do about it.</param>
    public ModelVerificationException(string modelId, string path, string? expectedSha256, string? actualSha256, string message)
        : base(modelId, message)
    {
        Path = path;
        ExpectedSha256 = expectedSha256;
        ActualSha256 = actualSha256;
    }

    /// <summary>Gets the path or address of the file.</summary>
    public string Path { get; }

    /// <summary>
    /// Gets the published SHA-256 of the file, in lowercase hexadecimal; <see langword="null"/> if none is published.
    /// </summary>
    public string? ExpectedSha256 { get; }

    /// <summary>Gets the SHA-256 of the file; <see langword="null"/> if its size differed already, so that it was not hashed.</summary>
    public string? ActualSha256 { get; }
}
