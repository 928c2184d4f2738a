namespace ResNet.Net;

/// <summary>ONNX Runtime reported an error: loading a model, creating a session, or running it.</summary>
public sealed class OnnxRuntimeException : ResNetException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errorCode">The <c>OrtErrorCode</c> of ONNX Runtime's C API.</param>
    /// <param name="message">ONNX Runtime's own message, with what was being done.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public OnnxRuntimeException(int errorCode, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorCode = errorCode;
    }

    /// <summary>The <c>OrtErrorCode</c> of ONNX Runtime's C API: 1 fail, 2 invalid argument, 3 no such file, 7 invalid protobuf, 9 not implemented, ...</summary>
    public int ErrorCode { get; }
}
