namespace ResNet.Net.Quantization;

/// <summary>A model cannot be quantized: it is quantized already, has operators or weights that do not allow it, or the pictures do not.</summary>
public sealed class QuantizationException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, naming the node, value or picture, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public QuantizationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
