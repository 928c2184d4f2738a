namespace ResNet.Net.Evaluation;

/// <summary>
/// The exception that is thrown when a dataset cannot be opened: images without labels, labels without a class, no images,
/// or a damaged archive.
/// </summary>
public sealed class ImageDatasetException : ResNetException
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="innerException">The cause; may be null.</param>
    public ImageDatasetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
