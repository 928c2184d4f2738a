using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>What a session is created with; the classifier derives it from its options and its model.</summary>
internal sealed record SessionSettings
{
    public required int IntraOpThreads { get; init; }

    public bool AllowSpinning { get; init; }

    public GraphOptimizationLevel Optimization { get; init; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    public ExecutionProvider? ExecutionProvider { get; init; }

    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = new Dictionary<string, string>();

    /// <summary>Called last.</summary>
    public Action<SessionOptions>? Configure { get; init; }

    /// <summary>Receives ONNX Runtime's messages; null drops them.</summary>
    public ILogger? Log { get; init; }

    /// <summary>Whether the session writes its optimized graph for <see cref="OptimizedModelCache"/>.</summary>
    public bool IsSaving { get; init; }
}
