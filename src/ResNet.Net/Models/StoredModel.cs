namespace ResNet.Net;

/// <summary>A file that the store has, or found in a local folder.</summary>
public sealed record StoredModel
{
    /// <summary>The variant.</summary>
    public required ResNetVariant Variant { get; init; }

    /// <summary>Which of the variant's files it is.</summary>
    public required StoredFileKind Kind { get; init; }

    /// <summary>Its full path.</summary>
    public required string Path { get; init; }

    /// <summary>Its size on the disk; less than the whole file's when it is partial.</summary>
    public required long Bytes { get; init; }

    /// <summary>What is known of it.</summary>
    public required StoredModelState State { get; init; }

    /// <summary>When its bytes were last hashed; null unless <see cref="State"/> is <see cref="StoredModelState.Verified"/>.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }
}
