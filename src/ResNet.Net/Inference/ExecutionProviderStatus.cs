namespace ResNet.Net;

/// <summary>Whether an execution provider that is compiled into ONNX Runtime runs a model here.</summary>
public sealed record ExecutionProviderStatus
{
    internal ExecutionProviderStatus()
    {
    }

    /// <summary>Its name as <see cref="ExecutionProvider"/> takes it, such as <c>CUDA</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it ran the embedded model, every part that it takes; the CPU may have run the others.</summary>
    public bool IsUsable => Error is null;

    /// <summary>Why it did not; null when it did.</summary>
    public string? Error { get; init; }
}
