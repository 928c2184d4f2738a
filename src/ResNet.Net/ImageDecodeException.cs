namespace ResNet.Net;

/// <summary>The exception that is thrown when an image cannot be decoded. The classifier remains usable.</summary>
public sealed class ImageDecodeException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="ImageDecodeException"/> class.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="reason">The message without the path: what is wrong with which value, and what to do.</param>
    /// <param name="path">The path of the image; <see langword="null"/> if it comes from a stream or from memory.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public ImageDecodeException(ImageDecodeFailure failure, string reason, string? path = null, Exception? innerException = null)
        : base(path is null ? reason : $"{path}: {reason}", innerException)
    {
        Failure = failure;
        Reason = reason;
        Path = path;
    }

    /// <summary>Gets the kind of failure.</summary>
    public ImageDecodeFailure Failure { get; }

    /// <summary>Gets the message without the path.</summary>
    public string Reason { get; }

    /// <summary>Gets the path of the image; <see langword="null"/> if it comes from a stream or from memory.</summary>
    public string? Path { get; }
}
