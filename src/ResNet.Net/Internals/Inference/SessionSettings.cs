namespace ResNet.Net.Internals.Inference;

/// <summary>What a session is created with; the classifier derives it from its options and its model.</summary>
internal sealed record SessionSettings
{
    public string? LibraryPath { get; init; }

    public required int IntraOpThreads { get; init; }

    public bool AllowSpinning { get; init; }

    public GraphOptimization Optimization { get; init; } = GraphOptimization.All;

    public ExecutionProvider? ExecutionProvider { get; init; }

    public IReadOnlyDictionary<string, string> ConfigEntries { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the optimised graph is written to; null for nowhere.</summary>
    public string? OptimizedModelPath { get; init; }

    public OnnxRuntimeLogHandler? Log { get; init; }

    public OnnxRuntimeLogLevel LogLevel { get; init; } = OnnxRuntimeLogLevel.Warning;
}
