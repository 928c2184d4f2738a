namespace ResNet.Net.Onnx;

/// <summary>Represents an operator of a <see cref="Caffe2Net"/> (protobuf message <c>OperatorDef</c>).</summary>
/// <remarks>Inputs and outputs are names of variables: a network may assign a name more than once.</remarks>
/// <param name="type">The type, such as <c>Int8Conv</c>.</param>
public sealed class Caffe2Operator(string type)
{
    /// <summary>Gets the type, such as <c>Int8Conv</c>.</summary>
    public string Type { get; } = type;

    /// <summary>Gets the name; <see langword="null"/> if the field is absent.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the name of the implementation, such as <c>DNNLOWP</c>; <see langword="null"/> if the field is absent.</summary>
    public string? Engine { get; init; }

    /// <summary>Gets the names of the inputs.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Gets the names of the outputs.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Gets the arguments, in file order.</summary>
    public IReadOnlyList<Caffe2Argument> Arguments { get; init; } = [];

    /// <summary>Gets the device; <see langword="null"/> if the field is absent.</summary>
    public Caffe2DeviceOption? DeviceOption { get; init; }

    /// <summary>Gets the names of blobs that must be written before the operator runs, although it doesn't read them.</summary>
    public IReadOnlyList<string> ControlInputs { get; init; } = [];

    /// <summary>Gets whether the operator computes a gradient; <see langword="null"/> if the field is absent.</summary>
    public bool? IsGradient { get; init; }

    /// <summary>Finds an argument.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The first argument with the name; <see langword="null"/> if there is none.</returns>
    public Caffe2Argument? FindArgument(string name) => Arguments.FirstOrDefault(a => a.Name == name);

    /// <inheritdoc/>
    public override string ToString() => Type;

    /// <summary>Describes the operator for a message: index, type and first output.</summary>
    /// <param name="index">The zero-based index in the network.</param>
    internal string Describe(int index)
        => Outputs.Count > 0 ? $"operator {index} ({Type}, output '{Outputs[0]}')" : $"operator {index} ({Type}, no output)";
}
