namespace ResNet.Net.Orleans;

/// <summary>Represents a source of images that can't be used from this machine: all of its images would fail.</summary>
public class ImageSourceException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="ImageSourceException"/> class.</summary>
    /// <param name="message">What failed and what to do about it.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public ImageSourceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
