using System.Collections.ObjectModel;

namespace ResNet.Net;

/// <summary>Selects an execution provider of ONNX Runtime by name.</summary>
/// <remarks>Loading a model fails if the provider is missing or unusable; it never falls back to the CPU silently.</remarks>
public sealed record ExecutionProvider
{
    /// <summary>Initializes a new instance of the <see cref="ExecutionProvider"/> class.</summary>
    /// <param name="name">
    /// The name, with or without the suffix <c>ExecutionProvider</c>: <c>CUDA</c>, <c>TensorRT</c>, <c>CoreML</c>, <c>DML</c>,
    /// <c>OpenVINO</c>, <c>XNNPACK</c> and so on.
    /// </param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public ExecutionProvider(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        const string Suffix = "ExecutionProvider";
        Name = name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) ? name[..^Suffix.Length] : name;
    }

    /// <summary>Gets the name without the suffix <c>ExecutionProvider</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets the options of the provider by the names in its documentation, such as <c>device_id</c> and <c>gpu_mem_limit</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Gets whether nodes that the provider does not support run on the CPU. Otherwise, loading such a model fails.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowCpuFallback { get; init; }

    internal bool IsCpu => Name.Equals("CPU", StringComparison.OrdinalIgnoreCase);
}
