using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>The events of a classifier. Ids and names are a contract (docs/diagnostics.md): they are never given to another event.</summary>
internal static partial class ClassifierLog
{
    [LoggerMessage(100, LogLevel.Information, "Loaded the model '{Model}' in {Milliseconds:0} ms: execution provider {ExecutionProvider}, {Threads} threads, from {Source}, optimized graph of an earlier start: {OptimizedGraph}.")]
    public static partial void ModelLoaded(this ILogger log, string model, double milliseconds, string executionProvider, int threads, string source, bool optimizedGraph);

    [LoggerMessage(101, LogLevel.Debug, "The processor has no VNNI: {Entry} is set for the model '{Model}', so that 8-bit sums do not saturate.")]
    public static partial void Int8GuardSet(this ILogger log, string entry, string model);

    // The caller has the exception, or the outcome; who decodes strangers' images must not have his log filled by them.
    [LoggerMessage(103, LogLevel.Debug, "An image failed ({Reason}): {Operation} with the model '{Model}'.")]
    public static partial void ImageFailed(this ILogger log, string reason, Operation operation, string model, Exception exception);

    [LoggerMessage(104, LogLevel.Error, "The model '{Model}' failed ({Reason}): {Operation} of {Images} images.")]
    public static partial void ModelFailed(this ILogger log, string reason, Operation operation, string model, int images, Exception exception);

    [LoggerMessage(EventId = 105, Message = "{Note}")]
    public static partial void OptimizedGraphNote(this ILogger log, LogLevel level, string note);

    [LoggerMessage(106, LogLevel.Debug, "The classifier of the model '{Model}' is disposed.")]
    public static partial void ClassifierDisposed(this ILogger log, string model);
}
