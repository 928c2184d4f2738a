namespace ResNet.Net;

/// <summary>A picture could not be decoded. The picture is at fault, not the classifier: go on with the next one.</summary>
public sealed class ImageDecodeException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="reason">What failed, with which value, and what to do.</param>
    /// <param name="path">The path of the picture, if it has one.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ImageDecodeException(ImageDecodeFailure failure, string reason, string? path = null, Exception? innerException = null)
        : base(path is null ? reason : $"{path}: {reason}", innerException)
    {
        Failure = failure;
        Reason = reason;
        Path = path;
    }

    /// <summary>The kind of failure.</summary>
    public ImageDecodeFailure Failure { get; }

    /// <summary>The message without the path.</summary>
    public string Reason { get; }

    /// <summary>The path of the picture; null when it came from a stream or from memory.</summary>
    public string? Path { get; }
}
