namespace ResNet.Net;

/// <summary>The exception that is thrown when an image cannot be decoded. The classifier remains usable.</summary>
/// <remarks>
/// <see cref="Exception.Message"/> is for developers: path, <see cref="Reason"/> and <see cref="Remedy"/>. A service that answers the
/// sender of the image passes on <see cref="Reason"/>, which contains no path and names nothing of the program.
/// </remarks>
public sealed class ImageDecodeException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="ImageDecodeException"/> class.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="reason">What is wrong with which value, and what the sender of the image can do, without the path.</param>
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

    /// <summary>Gets what is wrong and what the sender of the image can do, without the path.</summary>
    public string Reason { get; }

    /// <summary>
    /// Gets what the developer can change to accept such images: an option or another decoder; <see langword="null"/> for nothing.
    /// </summary>
    public string? Remedy { get; init; }

    /// <summary>Gets the path of the image; <see langword="null"/> if it comes from a stream or from memory.</summary>
    public string? Path { get; }

    /// <summary>Gets the path, if there is one, the reason and the remedy.</summary>
    public override string Message => Remedy is null ? base.Message : $"{base.Message} {Remedy}";
}
