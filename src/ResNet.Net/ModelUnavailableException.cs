namespace ResNet.Net;

/// <summary>A file of a model was not found, or not in a usable state. The message lists every place that was looked at, and every source that was tried.</summary>
public class ModelUnavailableException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="modelId">The id of the variant, or the path of the model.</param>
    /// <param name="message">Where it was looked for, and how to get it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ModelUnavailableException(string modelId, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ModelId = modelId;
    }

    /// <summary>The id of the variant, or the path of the model.</summary>
    public string ModelId { get; }
}
