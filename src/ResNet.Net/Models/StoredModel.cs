namespace ResNet.Net;

/// <summary>Describes a file in the store or in a local folder.</summary>
public sealed record StoredModel
{
    /// <summary>Gets the variant.</summary>
    public required ResNetVariant Variant { get; init; }

    /// <summary>Gets which file of the variant it is.</summary>
    public required StoredFileKind Kind { get; init; }

    /// <summary>Gets the published file that it is a copy of.</summary>
    public required VariantFile File { get; init; }

    /// <summary>Gets the full path.</summary>
    public required string Path { get; init; }

    /// <summary>Gets the size on disk in bytes; less than the size of the complete file if it is partial.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the state.</summary>
    public required StoredModelState State { get; init; }

    /// <summary>
    /// Gets when the file was last hashed; <see langword="null"/> unless <see cref="State"/> is
    /// <see cref="StoredModelState.Verified"/> or <see cref="StoredModelState.HashRecorded"/>.
    /// </summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Gets the SHA-256 that the file had then; <see langword="null"/> if <see cref="VerifiedAt"/> is.</summary>
    public string? Sha256 { get; init; }
}
