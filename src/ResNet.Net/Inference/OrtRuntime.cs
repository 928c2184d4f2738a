using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>
/// Provides the ONNX Runtime environment, of which there is one per process: the application's if it has created one, else one that
/// passes messages to loggers.
/// </summary>
internal static class OrtRuntime
{
    private const string OwnLogId = "ResNet.Net";

    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<string, OnnxRuntimeLog> Logs = new();

    // Native code calls it until the process ends, so it must never be collected.
    private static readonly DOrtLoggingFunction LogFunction = Write;

    private static OrtEnv? _own;
    private static long _lastLogId;

    /// <summary>Gets the version that the native library reports, such as <c>1.31.1</c>.</summary>
    public static string Version => field ??= Get().GetVersionString();

    /// <summary>Gets the compiled-in execution providers, such as <c>CPUExecutionProvider</c>. Not all work on every machine.</summary>
    public static IReadOnlyList<string> AvailableProviders => field ??= Get().GetAvailableProviders();

    /// <summary>Gets whether this class receives messages: only if it created the environment.</summary>
    public static bool ReceivesMessages => ReferenceEquals(Get(), _own);

    /// <summary>Returns the environment, creating it if necessary.</summary>
    /// <exception cref="ResNetException">The native library cannot be loaded.</exception>
    public static OrtEnv Get()
    {
        lock (Gate)
        {
            try
            {
                return OrtEnv.IsCreated ? OrtEnv.Instance() : Create();
            }
            catch (Exception exception) when (NativeLibraryFailure.Is(exception))
            {
                const string Package = "Microsoft.ML.OnnxRuntime (for CUDA: Microsoft.ML.OnnxRuntime.Gpu)";
                throw NativeLibraryFailure.Of("ONNX Runtime", "onnxruntime", Package, exception);
            }
        }
    }

    /// <summary>Registers a log and returns the log id for its session.</summary>
    public static string AddLog(OnnxRuntimeLog log)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{OwnLogId}-{Interlocked.Increment(ref _lastLogId)}");
        Logs[id] = log;
        return id;
    }

    public static void RemoveLog(string id) => Logs.TryRemove(id, out _);

    private static OrtEnv Create()
    {
        // The level applies to messages outside of sessions only: each session of this library sets its own.
        EnvironmentCreationOptions options = new()
        {
            logId = OwnLogId,
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
            loggingFunction = LogFunction,
        };
        try
        {
            OrtEnv environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
            return _own = environment;
        }
        catch (OnnxRuntimeException) when (OrtEnv.IsCreated)
        {
            // The application created one meanwhile.
            return OrtEnv.Instance();
        }
    }

    private static void Write(nint parameter, OrtLoggingLevel severity, string category, string logId, string location, string message)
    {
        try
        {
            if (Logs.TryGetValue(logId, out OnnxRuntimeLog? log))
            {
                log.Write(severity, category, message);
            }
            else if (!logId.StartsWith(OwnLogId, StringComparison.Ordinal))
            {
                // From a session that the application created: ONNX Runtime would write it to the console.
                string time = TimeProvider.System.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
                Console.Error.WriteLine($"{time} [{"VIWEF"[(int)severity]}:{category}:{logId}, {location}] {message}");
            }
        }
#pragma warning disable CA1031 // an exception must not propagate into native frames: it would terminate the process
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
