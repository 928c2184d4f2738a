namespace ResNet.Net.Evaluation;

/// <summary>
/// The exception that is thrown when a test-data archive is malformed or damaged, has unexpected content, or exceeds
/// <see cref="GoldenArchiveLimits"/>.
/// </summary>
public sealed class GoldenArchiveException : ResNetException
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="entry">The name of the entry as stored in the archive; null if the error doesn't concern an entry.</param>
    /// <param name="innerException">The cause; may be null.</param>
    public GoldenArchiveException(string message, string? entry = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Entry = entry;
    }

    /// <summary>Gets the name of the entry as stored in the archive; null if the error doesn't concern an entry.</summary>
    /// <remarks>The name is untrusted and may contain any characters.</remarks>
    public string? Entry { get; }
}
