namespace ResNet.Net;

/// <summary>A native library (ONNX Runtime, libvips) could not be loaded. The message lists every path tried with its cause, and the remedies.</summary>
public sealed class NativeLibraryException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="library">The library's name.</param>
    /// <param name="message">Every path tried, the cause of each, and the remedies.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public NativeLibraryException(string library, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Library = library;
    }

    /// <summary>The library's name: <c>onnxruntime</c> or <c>libvips</c>.</summary>
    public string Library { get; }
}
