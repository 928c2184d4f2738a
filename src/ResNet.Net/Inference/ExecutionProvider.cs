using System.Collections.ObjectModel;

namespace ResNet.Net;

/// <summary>An execution provider of ONNX Runtime, asked for by name. One that is missing or unusable is an error, never a silent fall-back to the CPU.</summary>
public sealed record ExecutionProvider
{
    /// <summary>Asks for a provider.</summary>
    /// <param name="name">ONNX Runtime's name, with or without <c>ExecutionProvider</c>: <c>CUDA</c>, <c>TensorRT</c>, <c>CoreML</c>, <c>DML</c>, <c>OpenVINO</c>, <c>XNNPACK</c>, ...</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ExecutionProvider(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        const string Suffix = "ExecutionProvider";
        Name = name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? name[..^Suffix.Length] : name;
    }

    /// <summary>The provider's name without <c>ExecutionProvider</c>.</summary>
    public string Name { get; }

    /// <summary>The provider's own options, as its documentation names them (<c>device_id</c>, <c>gpu_mem_limit</c>, ...).</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Whether nodes that the provider lacks may run on the CPU. Off by default: such a model is refused when it is loaded.
    /// </summary>
    public bool AllowCpuFallback { get; init; }

    internal bool IsCpu => Name.Equals("CPU", StringComparison.OrdinalIgnoreCase);
}
