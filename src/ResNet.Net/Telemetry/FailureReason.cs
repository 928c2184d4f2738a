namespace ResNet.Net;

/// <summary>Maps exceptions to the fixed set of values of <see cref="TagNames.ErrorType"/>.</summary>
internal static class FailureReason
{
    public const string Corrupt = "corrupt";
    public const string Empty = "empty";
    public const string Truncated = "truncated";
    public const string UnsupportedFormat = "unsupported_format";
    public const string TooLarge = "too_large";
    public const string Io = "io";
    public const string Model = "model";
    public const string ModelUnavailable = "model_unavailable";
    public const string ModelVerification = "model_verification";
    public const string NativeLibrary = "native_library";
    public const string QueueFull = "queue_full";
    public const string QueueTimeout = "queue_timeout";
    public const string Draining = "draining";
    public const string Argument = "argument";
    public const string Cancelled = "cancelled";
    public const string Disposed = "disposed";

    // The value that OpenTelemetry defines for everything else.
    public const string Other = "_OTHER";

    public static string Of(Exception exception) => exception switch
    {
        ImageDecodeException image => image.Failure switch
        {
            ImageDecodeFailure.Corrupt => Corrupt,
            ImageDecodeFailure.Empty => Empty,
            ImageDecodeFailure.Truncated => Truncated,
            ImageDecodeFailure.UnsupportedFormat => UnsupportedFormat,
            ImageDecodeFailure.TooLarge => TooLarge,
            _ => Other,
        },
        BatcherRejectedException rejected => rejected.Reason switch
        {
            BatcherRejectionReason.QueueFull => QueueFull,
            BatcherRejectionReason.QueueTimeout => QueueTimeout,
            BatcherRejectionReason.Draining => Draining,
            _ => Other,
        },
        ModelVerificationException => ModelVerification,
        ModelUnavailableException => ModelUnavailable,
        ResNetException { InnerException: { } cause } when NativeLibraryFailure.Is(cause) => NativeLibrary,
        _ when NativeLibraryFailure.Is(exception) => NativeLibrary,
        ResNetException => Model,
        IOException or UnauthorizedAccessException => Io,
        OperationCanceledException => Cancelled,
        ObjectDisposedException => Disposed,
        ArgumentException => Argument,
        _ => Other,
    };

    /// <summary>Returns whether the image or the caller caused the failure, rather than the model or this machine.</summary>
    public static bool IsCausedByInput(Exception exception)
        => exception is ImageDecodeException
            or IOException
            or UnauthorizedAccessException
            or OperationCanceledException
            or ObjectDisposedException
            or ArgumentException;
}
