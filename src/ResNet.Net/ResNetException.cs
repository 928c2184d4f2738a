namespace ResNet.Net;

/// <summary>
/// The base class of the exceptions that ResNet.Net defines. Invalid arguments raise .NET's own exceptions, and
/// ResNet.Net.Onnx, which does not depend on this library, raises <see cref="Onnx.OnnxModelException"/>.
/// </summary>
public class ResNetException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="ResNetException"/> class.</summary>
    /// <param name="message">What failed, with which value, and what to do about it.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public ResNetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
