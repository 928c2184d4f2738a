using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>Specifies how a session is created.</summary>
internal sealed record SessionSettings
{
    /// <summary>
    /// The largest number of threads: Windows supports as many logical processors, and no machine has more. ONNX Runtime creates all of
    /// them, and the process aborts if it cannot.
    /// </summary>
    public const int MaxThreads = 2048;

    public required int IntraOpThreads { get; init; }

    public bool AllowSpinning { get; init; }

    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    public ExecutionProvider? ExecutionProvider { get; init; }

    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets a callback that is called after all other settings are applied.</summary>
    public Action<SessionOptions>? Configure { get; init; }

    /// <summary>Gets the logger for messages of ONNX Runtime; null discards them.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Gets the minimum severity of messages, whatever the logger enables.</summary>
    public OrtLoggingLevel MinimumSeverity { get; init; } = OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE;

    /// <summary>Gets whether the model comes from <see cref="OptimizedModelCache"/>.</summary>
    public bool IsFromCache { get; init; }

    /// <summary>Derives the settings from validated options.</summary>
    public static SessionSettings For(ResNetModelOptions options, bool hasInt8DotProduct)
    {
        Dictionary<string, string> entries = Int8Guard.Entries(hasInt8DotProduct);
        foreach ((string key, string value) in options.ConfigEntries)
        {
            entries[key] = value;
        }

        return new SessionSettings
        {
            IntraOpThreads = options.IsCpu && options.ExecutionMode == ExecutionMode.Throughput ? 1 : options.Cores,
            AllowSpinning = options.AllowSpinning,
            Optimization = options.Optimization,
            ExecutionProvider = options.ExecutionProvider,
            ConfigEntries = entries,
            Configure = options.ConfigureSession,
            Log = options.LoggerFactory?.CreateLogger(ResNetTelemetry.OnnxRuntimeLogCategory),
        };
    }

    /// <summary>Returns the settings that open a cached model, which is optimized already.</summary>
    public SessionSettings ForCachedModel() => this with { Optimization = GraphOptimizationLevel.ORT_DISABLE_ALL, IsFromCache = true };

    /// <summary>Returns the settings of a session that runs each image on one core.</summary>
    public SessionSettings ForOneCorePerRun() => this with { IntraOpThreads = 1 };

    /// <summary>Returns the settings that also write the optimized model.</summary>
    /// <remarks>
    /// Warnings are suppressed: ONNX Runtime warns each time that the written model fits this machine only, which the cache ensures.
    /// </remarks>
    public SessionSettings ForSavingTo(IReadOnlyDictionary<string, string> savingEntries) => this with
    {
        ConfigEntries = new Dictionary<string, string>([.. ConfigEntries, .. savingEntries]),
        MinimumSeverity = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };
}

/// <summary>
/// Prevents saturation in int8 models. On x86 without VNNI, ONNX Runtime adds products of unsigned and signed bytes in 16 bits, which
/// saturate. A session entry makes it use 32 bits.
/// </summary>
/// <remarks>
/// The entry is set where it is needed only: with VNNI, it would disable the fastest kernels (docs/quantization.md). It is set for every
/// model, since custom models may be quantized; it affects integer operators only.
/// </remarks>
internal static class Int8Guard
{
    public const string Entry = "session.x64quantprecision";

    public static bool IsNeeded(bool hasInt8DotProduct)
        => !hasInt8DotProduct && RuntimeInformation.ProcessArchitecture is (Architecture.X64 or Architecture.X86);

    /// <summary>Returns the session entries that the processor needs.</summary>
    public static Dictionary<string, string> Entries(bool hasInt8DotProduct)
        => IsNeeded(hasInt8DotProduct) ? new() { [Entry] = "1" } : [];
}
