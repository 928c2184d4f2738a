namespace ResNet.Net.Onnx;

/// <summary>
/// Thrown when a model file cannot be read, is invalid, or contains something that the requested operation does not support.
/// </summary>
public sealed class OnnxModelException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="OnnxModelException"/> class.</summary>
    /// <param name="message">What is wrong, with the name of the node or tensor, and what to do about it.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public OnnxModelException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
