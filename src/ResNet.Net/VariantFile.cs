namespace ResNet.Net;

/// <summary>Describes a published file of a <see cref="ResNetVariant"/>.</summary>
public sealed record VariantFile
{
    internal VariantFile(string name, long? bytes, string? sha256)
    {
        Name = name;
        Bytes = bytes;
        Sha256 = sha256;
    }

    /// <summary>Gets the name of the file in the store and in local folders.</summary>
    public string Name { get; }

    /// <summary>Gets the size in bytes; <see langword="null"/> if none is published.</summary>
    public long? Bytes { get; internal init; }

    /// <summary>
    /// Gets the SHA-256, in lowercase hexadecimal; <see langword="null"/> if none is published. <see cref="ModelStore"/> never downloads
    /// such a file. It records the hash when the file is first used, and rejects different content from then on.
    /// </summary>
    public string? Sha256 { get; internal init; }

    /// <summary>Gets the download address of a file in Caffe2's own format; <see langword="null"/> for all other files.</summary>
    public Uri? Address { get; internal init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
