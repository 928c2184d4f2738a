namespace ResNet.Net;

/// <summary>An archive of test data is damaged, holds what no such archive needs, or goes beyond <see cref="GoldenArchiveLimits"/>.</summary>
public sealed class GoldenArchiveException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, naming the entry, and what to do.</param>
    /// <param name="entry">The entry's name as the archive has it; null when it is not about one.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public GoldenArchiveException(string message, string? entry = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Entry = entry;
    }

    /// <summary>The name of the entry, as the archive has it: it may hold anything, so show it with care. Null when it is not about one.</summary>
    public string? Entry { get; }
}
