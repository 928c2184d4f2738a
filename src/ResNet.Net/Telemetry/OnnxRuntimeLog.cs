using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Passes ONNX Runtime's messages about one session on to a logger. Its one event's id is a contract (docs/diagnostics.md).</summary>
/// <param name="log">The logger.</param>
/// <param name="isSaving">Whether the session writes its optimized graph: that this fits the machine only is known.</param>
internal sealed partial class OnnxRuntimeLog(ILogger log, bool isSaving)
{
    // ONNX Runtime says hundreds of things at its level Info: they are details of a library.
    private static readonly LogLevel[] Levels = [LogLevel.Trace, LogLevel.Debug, LogLevel.Warning, LogLevel.Error, LogLevel.Critical];

    /// <summary>The least severe messages that the logger wants. Where they go to the application's environment instead, warnings at least.</summary>
    public static OrtLoggingLevel LeastOf(ILogger? log, bool isSaving)
    {
        int least = Array.FindIndex(Levels, level => log?.IsEnabled(level) == true);
        OrtLoggingLevel wanted = least < 0 ? OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL : (OrtLoggingLevel)least;
        OrtLoggingLevel bound = OrtRuntime.HearsMessages ? OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE
            : isSaving ? OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
            : OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
        return (OrtLoggingLevel)Math.Max((int)wanted, (int)bound);
    }

    public void Write(OrtLoggingLevel severity, string category, string message)
    {
        if (!isSaving || !message.Contains("Serializing optimized model", StringComparison.Ordinal))
        {
            OnnxRuntimeMessage(log, Levels[(int)severity], category, message);
        }
    }

    [LoggerMessage(EventId = 300, Message = "{Category}: {Message}")]
    private static partial void OnnxRuntimeMessage(ILogger log, LogLevel level, string category, string message);
}
