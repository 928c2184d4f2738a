using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Internals.Graphs;

/// <summary>A node that can compute in integers, with the Relu that is part of it.</summary>
/// <param name="Name">The node's name, or its output's where it has none.</param>
/// <param name="Kind">What it computes.</param>
/// <param name="Node">The node.</param>
/// <param name="Relu">The Relu that alone takes its output; null for none.</param>
internal sealed record Layer(string Name, LayerKind Kind, OnnxNode Node, OnnxNode? Relu)
{
    /// <summary>The activations that it takes.</summary>
    public IEnumerable<string> Inputs => Kind == LayerKind.Add ? Node.Inputs : Node.Inputs.Take(1);

    /// <summary>The activation that it gives, after its Relu.</summary>
    public string Output => (Relu ?? Node).Outputs[0];

    public bool HasWeights => Kind is LayerKind.Conv or LayerKind.Gemm;

    /// <summary>Which dimension of the weights is the output channel.</summary>
    public int ChannelAxis => Kind == LayerKind.Gemm && Node.Attributes.GetInt("transB", 0) == 0 ? 1 : 0;
}
