using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions.Internals;

/// <summary>The events of a provider. Ids and names are a contract (docs/diagnostics.md): they are never given to another event.</summary>
internal static partial class ProviderLog
{
    [LoggerMessage(400, LogLevel.Information, "The classifier '{Name}' ({Model}) is ready after {Seconds:0.00} s, warm-up included.")]
    public static partial void ClassifierReady(this ILogger log, string name, string model, double seconds);

    [LoggerMessage(401, LogLevel.Error, "The classifier '{Name}' cannot be loaded. It is tried again in {Seconds:0.0} s at the earliest.")]
    public static partial void ClassifierFailed(this ILogger log, string name, double seconds, Exception exception);

    [LoggerMessage(402, LogLevel.Information, "The classifier '{Name}' was not loaded to the end: the application is shutting down.")]
    public static partial void ClassifierCancelled(this ILogger log, string name);
}
