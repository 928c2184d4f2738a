using Microsoft.Extensions.Logging;

namespace ResNet.Net.Internals.Logging;

/// <summary>Passes ONNX Runtime's messages on to a logger. Its one event's id is a contract (docs/diagnostics.md).</summary>
internal static partial class OnnxRuntimeLog
{
    /// <summary>The category by which what this library says of a session is known among ONNX Runtime's messages.</summary>
    public const string OwnCategory = "ResNet.Net";

    /// <param name="factory">Where messages go.</param>
    /// <param name="own">Gets what this library itself says.</param>
    public static OnnxRuntimeLogHandler HandlerFor(ILoggerFactory factory, ILogger own)
    {
        ILogger log = factory.CreateLogger(ResNetTelemetry.OnnxRuntimeLogCategory);
        return (level, category, message) =>
        {
            LogLevel logLevel = LevelOf(level);
            if (category == OwnCategory)
            {
                own.OptimizedGraphNote(logLevel, message);
            }
            else
            {
                log.OnnxRuntimeMessage(logLevel, category, message);
            }
        };
    }

    [LoggerMessage(EventId = 300, Message = "{Category}: {Message}")]
    private static partial void OnnxRuntimeMessage(this ILogger log, LogLevel level, string category, string message);

    private static LogLevel LevelOf(OnnxRuntimeLogLevel level) => level switch
    {
        OnnxRuntimeLogLevel.Verbose => LogLevel.Debug,
        OnnxRuntimeLogLevel.Information => LogLevel.Information,
        OnnxRuntimeLogLevel.Warning => LogLevel.Warning,
        OnnxRuntimeLogLevel.Error => LogLevel.Error,
        _ => LogLevel.Critical,
    };
}
