namespace ResNet.Net;

/// <summary>The exception that is thrown when a model cannot be opened or run.</summary>
/// <remarks>
/// The inner exception is the one of <c>Microsoft.ML.OnnxRuntime</c>, or an <see cref="Onnx.OnnxModelException"/> if the model
/// cannot be edited as its variant, <see cref="ResNetEmbedder"/> or <see cref="ResNetClassifierOptions.ActivationMaps"/> requires.
/// </remarks>
public sealed class InferenceException : ResNetException
{
    /// <summary>Initializes a new instance of the <see cref="InferenceException"/> class.</summary>
    /// <param name="message">What failed, including the message of ONNX Runtime.</param>
    /// <param name="innerException">The cause; may be <see langword="null"/>.</param>
    public InferenceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
