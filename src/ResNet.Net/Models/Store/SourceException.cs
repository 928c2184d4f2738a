namespace ResNet.Net;

/// <summary>A source does not give the file. The message is the reason, without the source's name.</summary>
internal sealed class SourceException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the same source may do better in a moment.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the source asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it gave something that is not the file that was asked for.</summary>
    public bool IsWrongContent { get; init; }

    /// <summary>The SHA-256 of a whole file with other bytes.</summary>
    public string? ActualSha256 { get; init; }
}
