namespace ResNet.Net;

/// <summary>The base class of every exception that ResNet.Net defines. Invalid arguments raise .NET's own exceptions instead.</summary>
/// <remarks>It is part of ResNet.Net.Onnx because every other package depends on that one.</remarks>
public class ResNetException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="ResNetException"/> class.</summary>
    /// <param name="message">What failed, with which value, and what to do about it.</param>
    /// <param name="innerException">The cause; may be null.</param>
    public ResNetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
