namespace ResNet.Net.Quantization;

/// <summary>
/// The exception that is thrown when a model cannot be quantized: it is already quantized, has unsupported operators or weights,
/// or the calibration images are unsuitable.
/// </summary>
public sealed class QuantizationException : ResNetException
{
    /// <summary>Initializes a new instance of the class.</summary>
    /// <param name="message">The error message.</param>
    /// <param name="innerException">The cause; may be null.</param>
    public QuantizationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
