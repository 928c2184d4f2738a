namespace ResNet.Net.Onnx;

/// <summary>A model file cannot be read, is not a valid model, or holds what an operation on it does not know.</summary>
public sealed class OnnxModelException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, naming the node or tensor, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public OnnxModelException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
