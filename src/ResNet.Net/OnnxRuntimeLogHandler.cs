namespace ResNet.Net;

/// <summary>Receives ONNX Runtime's messages, for example to pass them to an <c>ILogger</c>.</summary>
/// <remarks>Called on whatever thread ONNX Runtime logs from, several at once: it must be thread-safe and quick. What it throws is lost.</remarks>
/// <param name="level">The severity.</param>
/// <param name="category">ONNX Runtime's category, usually <c>onnxruntime</c>.</param>
/// <param name="message">The text.</param>
public delegate void OnnxRuntimeLogHandler(OnnxRuntimeLogLevel level, string category, string message);
