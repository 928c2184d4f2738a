namespace ResNet.Net;

/// <summary>The exception that is thrown when a model file is missing or cannot be used.</summary>
/// <remarks>The message lists every path that was checked and every source that was tried.</remarks>
public class ModelUnavailableException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="ModelUnavailableException"/> class.</summary>
    /// <param name="modelId">The id of the variant, or the name or path of the model.</param>
    /// <param name="message">Which files and sources were tried, and how to get the model.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public ModelUnavailableException(string modelId, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ModelId = modelId;
    }

    /// <summary>Gets the id of the variant, or the name or path of the model.</summary>
    public string ModelId { get; }
}
