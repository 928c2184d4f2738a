namespace ResNet.Net;

/// <summary>The exception that is thrown when ONNX Runtime cannot load or run a model; its own exception is the inner one.</summary>
public sealed class InferenceException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, with ONNX Runtime's own message.</param>
    /// <param name="innerException">The exception of <c>Microsoft.ML.OnnxRuntime</c>.</param>
    public InferenceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
