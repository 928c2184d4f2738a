namespace ResNet.Net.Onnx;

/// <summary>Represents a network of Caffe2: a list of operators (protobuf message <c>NetDef</c>).</summary>
/// <remarks>
/// A model is a pair of networks: <c>predict_net.pb</c> computes the outputs, <c>init_net.pb</c> holds the weights as operators that fill
/// blobs. Source: <c>caffe2/proto/caffe2.proto</c> of pytorch/pytorch.
/// </remarks>
public sealed class Caffe2Net
{
    /// <summary>Gets the name; <see langword="null"/> if the field is absent.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the operators, in the order in which they run.</summary>
    public IReadOnlyList<Caffe2Operator> Operators { get; init; } = [];

    /// <summary>Gets the arguments of the network.</summary>
    public IReadOnlyList<Caffe2Argument> Arguments { get; init; } = [];

    /// <summary>Gets the declared inputs. Published files declare blobs that nothing reads.</summary>
    public IReadOnlyList<string> ExternalInputs { get; init; } = [];

    /// <summary>Gets the declared outputs. They may not be the results of the network.</summary>
    public IReadOnlyList<string> ExternalOutputs { get; init; } = [];
}
