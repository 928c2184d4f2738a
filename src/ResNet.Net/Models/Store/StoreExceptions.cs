namespace ResNet.Net;

/// <summary>Thrown when the store's own folder fails: it is read-only, full or missing. Other sources cannot help.</summary>
/// <remarks>The message is a clause without a period.</remarks>
internal sealed class StoreException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>Thrown when a source does not provide the file. The message is the predicate of a sentence about the source.</summary>
internal sealed class SourceException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Gets whether a retry may succeed.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Gets the delay that the source requests before a retry.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets whether the source provided something other than the file.</summary>
    public bool IsWrongContent { get; init; }

    /// <summary>Gets the SHA-256 of a complete file with wrong bytes.</summary>
    public string? ActualSha256 { get; init; }
}
