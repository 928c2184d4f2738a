namespace ResNet.Net;

/// <summary>Describes whether an execution provider that is compiled into ONNX Runtime works on this machine.</summary>
public sealed record ExecutionProviderStatus
{
    internal ExecutionProviderStatus()
    {
    }

    /// <summary>Gets the name for <see cref="ExecutionProvider"/>, such as <c>CUDA</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets whether the provider ran the embedded model. Nodes that it does not support may have run on the CPU.</summary>
    public bool IsUsable => Error is null;

    /// <summary>Gets why the provider is not usable; <see langword="null"/> if it is.</summary>
    public string? Error { get; init; }
}
