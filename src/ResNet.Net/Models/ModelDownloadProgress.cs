namespace ResNet.Net;

/// <summary>Describes the progress of the store on one file.</summary>
/// <remarks>Reported at most about ten times per second, and whenever the stage changes or there is a notice.</remarks>
public sealed record ModelDownloadProgress
{
    /// <summary>Gets the id of the variant.</summary>
    public required string ModelId { get; init; }

    /// <summary>Gets the name of the file: one of the variant's files, or its test data.</summary>
    public required string FileName { get; init; }

    /// <summary>Gets what the store is doing.</summary>
    public required ModelDownloadStage Stage { get; init; }

    /// <summary>Gets the number of bytes completed in this stage, including bytes from an earlier download that is resumed.</summary>
    public required long Bytes { get; init; }

    /// <summary>Gets the size of the complete file in bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Gets the origin of the bytes: the name of a source, or a path; <see langword="null"/> while waiting.</summary>
    public string? Source { get; init; }

    /// <summary>Gets the average rate of the last seconds in bytes per second; 0 until it is known.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>
    /// Gets a message for users, for example that a source failed, a request is retried or a damaged file was renamed; usually
    /// <see langword="null"/>.
    /// </summary>
    public string? Notice { get; init; }
}
