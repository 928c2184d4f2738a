using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Forwards the messages of ONNX Runtime about one session to a logger.</summary>
/// <remarks>The id and name of its event are a contract (docs/diagnostics.md) and are never reused.</remarks>
internal sealed partial class OnnxRuntimeLog(ILogger log)
{
    // By severity. Info becomes Debug: at that severity, ONNX Runtime writes hundreds of messages per model.
    private static readonly LogLevel[] Levels = [LogLevel.Trace, LogLevel.Debug, LogLevel.Warning, LogLevel.Error, LogLevel.Critical];

    /// <summary>Returns the lowest severity that the session must report.</summary>
    /// <param name="log">The logger, which decides by its enabled levels; null if there is none.</param>
    /// <param name="minimum">The minimum, whatever the logger enables.</param>
    public static OrtLoggingLevel SeverityFor(ILogger? log, OrtLoggingLevel minimum)
    {
        int enabled = Array.FindIndex(Levels, level => log?.IsEnabled(level) == true);
        OrtLoggingLevel severity = enabled < 0 ? OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL : (OrtLoggingLevel)enabled;

        // In an environment of the application, messages go to its log, which must not be filled with details.
        OrtLoggingLevel environmentMinimum = OrtRuntime.ReceivesMessages
            ? OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE
            : OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
        return (OrtLoggingLevel)Math.Max((int)severity, Math.Max((int)minimum, (int)environmentMinimum));
    }

    public void Write(OrtLoggingLevel severity, string category, string message)
        => OnnxRuntimeMessage(log, Levels[(int)severity], category, message);

    [LoggerMessage(EventId = 300, Message = "{Category}: {Message}")]
    private static partial void OnnxRuntimeMessage(ILogger log, LogLevel level, string category, string message);
}
