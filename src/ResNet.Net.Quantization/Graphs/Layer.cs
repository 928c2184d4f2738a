using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Represents a node that can compute in integers, with its Relu.</summary>
/// <param name="Name">The node's name, or the name of its output if the node has none.</param>
/// <param name="Kind">The kind of layer.</param>
/// <param name="Node">The node.</param>
/// <param name="Relu">The Relu that is the only consumer of the node's output; null if there is none.</param>
internal sealed record Layer(string Name, LayerKind Kind, OnnxNode Node, OnnxNode? Relu)
{
    /// <summary>Gets the input activations.</summary>
    public IEnumerable<string> Inputs => Kind == LayerKind.Add ? Node.Inputs : Node.Inputs.Take(1);

    /// <summary>Gets the output activation, after the Relu.</summary>
    public string Output => (Relu ?? Node).Outputs[0];

    public bool HasWeights => Kind is LayerKind.Conv or LayerKind.Gemm;

    /// <summary>Gets the dimension of the weights that is the output channel.</summary>
    public int ChannelAxis => Kind == LayerKind.Gemm && Node.Attributes.GetInt("transB", 0) == 0 ? 1 : 0;
}

/// <summary>Specifies the operators that compute in integers.</summary>
internal enum LayerKind
{
    Conv,
    Gemm,
    Add,
    AveragePool,
    GlobalAveragePool,
}
