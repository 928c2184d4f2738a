using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>The process's one environment of ONNX Runtime: the application's where it has created one, else one that passes messages to loggers.</summary>
internal static class OrtRuntime
{
    private const string OwnLogId = "ResNet.Net";

    private static readonly Lock Gate = new();
    private static readonly ConcurrentDictionary<string, OnnxRuntimeLog> Logs = new();

    // Native code calls it for the life of the process: it must never be collected.
    private static readonly DOrtLoggingFunction LogFunction = Write;

    private static OrtEnv? _own;
    private static long _lastLogId;

    /// <summary>ONNX Runtime's version, such as <c>1.31.1</c>, as the native library tells it.</summary>
    public static string Version => field ??= Get().GetVersionString();

    /// <summary>The execution providers that are compiled in, such as <c>CPUExecutionProvider</c>: compiled in does not mean usable here.</summary>
    public static IReadOnlyList<string> AvailableProviders => field ??= Get().GetAvailableProviders();

    /// <summary>Whether messages come here: not where the application created the environment.</summary>
    public static bool HearsMessages => ReferenceEquals(Get(), _own);

    /// <summary>Gets the environment, and creates it where there is none.</summary>
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
                throw NativeLibraryFailure.Of("ONNX Runtime", "onnxruntime", "Microsoft.ML.OnnxRuntime (for CUDA: Microsoft.ML.OnnxRuntime.Gpu)", exception);
            }
        }
    }

    /// <summary>Registers a log and returns the id that its session must carry.</summary>
    public static string AddLog(OnnxRuntimeLog log)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{OwnLogId}-{Interlocked.Increment(ref _lastLogId)}");
        Logs[id] = log;
        return id;
    }

    public static void RemoveLog(string id) => Logs.TryRemove(id, out _);

    private static OrtEnv Create()
    {
        // The level judges only what belongs to no session: every session of this library sets its own.
        EnvironmentCreationOptions options = new() { logId = OwnLogId, logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, loggingFunction = LogFunction };
        try
        {
            OrtEnv environment = OrtEnv.CreateInstanceWithOptions(ref options);
            environment.DisableTelemetryEvents();
            return _own = environment;
        }
        catch (OnnxRuntimeException) when (OrtEnv.IsCreated)
        {
            // The application created one in the meantime.
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
                // Of a session that the application created itself: ONNX Runtime would write it there.
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:ss.fffffff} [{"VIWEF"[(int)severity]}:{category}:{logId}, {location}] {message}"));
            }
        }
#pragma warning disable CA1031 // an exception must not pass through native frames: it would end the process
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
