namespace ResNet.Net.Training;

/// <summary>Represents an error in a training run: unusable images, an unsuitable backbone, or invalid cached features.</summary>
public sealed class TrainingException : ResNetException
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="message">What is wrong, and the remedy.</param>
    /// <param name="innerException">The cause; null if there is none.</param>
    public TrainingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
