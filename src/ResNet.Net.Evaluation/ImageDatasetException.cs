namespace ResNet.Net.Evaluation;

/// <summary>A data set cannot be used: pictures without labels, labels that no class has, no pictures, a damaged archive. Thrown before anything runs.</summary>
public sealed class ImageDatasetException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which data set, what is wrong with it, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ImageDatasetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
