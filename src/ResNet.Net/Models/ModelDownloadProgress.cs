namespace ResNet.Net;

/// <summary>How far the store has come with one file. Comes at most about ten times a second, and whenever the stage changes or there is something to say.</summary>
public sealed record ModelDownloadProgress
{
    /// <summary>The id of the variant.</summary>
    public required string ModelId { get; init; }

    /// <summary>The name of the file: the variant's model, or its test data.</summary>
    public required string FileName { get; init; }

    /// <summary>What the store is doing.</summary>
    public required ModelDownloadStage Stage { get; init; }

    /// <summary>Bytes that are done in this stage, those of an earlier download that is resumed included.</summary>
    public required long Bytes { get; init; }

    /// <summary>The size of the whole file.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>What the bytes come from: the name of a source, or a path; null while waiting.</summary>
    public string? Source { get; init; }

    /// <summary>Bytes a second over the last seconds; 0 until it is known.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>A sentence for people: a source failed, a try is repeated, a damaged file was set aside. Null most of the time.</summary>
    public string? Notice { get; init; }
}
