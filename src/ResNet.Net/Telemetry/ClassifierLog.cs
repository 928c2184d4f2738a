using Microsoft.Extensions.Logging;
using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>
/// Defines the log events of a classifier or an embedder. Ids and names are a contract (docs/diagnostics.md) and are never reused.
/// </summary>
internal static partial class ClassifierLog
{
    [LoggerMessage(
        100,
        LogLevel.Information,
        "Loaded the model '{Model}' from {Source} in {Milliseconds:0} ms: execution provider {ExecutionProvider}, {Threads} threads, "
        + "optimized model from the cache: {OptimizedGraph}.")]
    public static partial void ModelLoaded(
        this ILogger log, string model, double milliseconds, string executionProvider, int threads, string source, bool optimizedGraph);

    [LoggerMessage(
        101, LogLevel.Debug, "The processor has no VNNI: {Entry} is set for the model '{Model}' to prevent saturation of int8 sums.")]
    public static partial void Int8GuardSet(this ILogger log, string entry, string model);

    // The caller has the exception or the outcome. Debug level, so that untrusted images can't flood the log.
    [LoggerMessage(103, LogLevel.Debug, "An image failed ({Reason}): {Operation} with the model '{Model}'.")]
    public static partial void ImageFailed(this ILogger log, string reason, Operation operation, string model, Exception exception);

    [LoggerMessage(104, LogLevel.Error, "The model '{Model}' failed ({Reason}): {Operation} of {Images} images.")]
    public static partial void ModelFailed(
        this ILogger log, string reason, Operation operation, string model, int images, Exception exception);

    [LoggerMessage(105, LogLevel.Debug, "Opened the optimized model '{Folder}' from the cache.")]
    public static partial void OptimizedModelOpened(this ILogger log, string folder);

    [LoggerMessage(106, LogLevel.Debug, "Disposed the model '{Model}'.")]
    public static partial void ModelDisposed(this ILogger log, string model);

    [LoggerMessage(107, LogLevel.Information, "Cached the optimized model of '{Model}' as '{Folder}'.")]
    public static partial void OptimizedModelCached(this ILogger log, string model, string folder);

    [LoggerMessage(108, LogLevel.Information, "The optimized model of '{Model}' is not cached: {Reason}.")]
    public static partial void OptimizedModelNotCached(this ILogger log, string model, string reason);

    [LoggerMessage(109, LogLevel.Warning, "The cached optimized model '{Folder}' is unusable and is replaced: {Reason}.")]
    public static partial void OptimizedModelRejected(this ILogger log, string folder, string reason);

    [LoggerMessage(
        110,
        LogLevel.Warning,
        "The declared output kind {Declared} of the model '{Model}' is used, although its graph shows that the output '{Output}' contains "
        + "{Content}.")]
    public static partial void OutputKindContradicted(
        this ILogger log, OutputKind declared, string model, string output, OnnxOutputContent content);

    [LoggerMessage(
        111,
        LogLevel.Warning,
        "The graph of the model '{Model}' does not show what its output contains, and its values do not sum to 1. "
        + "Logits are assumed; set ModelDefinition.OutputKind.")]
    public static partial void OutputKindAssumed(this ILogger log, string model);

    [LoggerMessage(
        112,
        LogLevel.Warning,
        "The model '{Model}' rejects a batch of {Images} images, although it declares a variable batch size. "
        + "Its images run one by one.")]
    public static partial void BatchRejected(this ILogger log, string model, int images, Exception reason);

    [LoggerMessage(
        113, LogLevel.Information, "Opened a second session of the model '{Model}', which runs an image per core, because of the load.")]
    public static partial void SecondSessionOpened(this ILogger log, string model);

    [LoggerMessage(
        114,
        LogLevel.Warning,
        "The second session of the model '{Model}', which runs an image per core, cannot be opened. The first session runs all images.")]
    public static partial void SecondSessionFailed(this ILogger log, string model, Exception exception);
}
