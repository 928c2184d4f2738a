namespace ResNet.Net;

/// <summary>The severity of a message of ONNX Runtime; the values are those of <c>OrtLoggingLevel</c>.</summary>
public enum OnnxRuntimeLogLevel
{
    /// <summary>Everything, node placement and memory plans included.</summary>
    Verbose = 0,

    /// <summary>Progress of loading and optimising.</summary>
    Information = 1,

    /// <summary>Something is odd, and goes on.</summary>
    Warning = 2,

    /// <summary>An operation failed; the same error is thrown as <see cref="OnnxRuntimeException"/>.</summary>
    Error = 3,

    /// <summary>ONNX Runtime cannot go on.</summary>
    Fatal = 4,
}
