namespace ResNet.Net;

/// <summary>The exception that is thrown when an image cannot be decoded. The classifier stays usable: continue with the next image.</summary>
public sealed class ImageDecodeException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="ImageDecodeException"/> class.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="reason">What failed, with which value, and what to do.</param>
    /// <param name="path">The path of the image, if it has one.</param>
    /// <param name="innerException">The cause, if there is one.</param>
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

    /// <summary>Gets the path of the image; <see langword="null"/> if it came from a stream or from memory.</summary>
    public string? Path { get; }
}
