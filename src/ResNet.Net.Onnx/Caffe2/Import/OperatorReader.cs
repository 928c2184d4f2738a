using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Reads the arguments of an operator. Its exceptions name the operator.</summary>
/// <param name="source">The operator.</param>
/// <param name="index">The zero-based position in the network.</param>
/// <param name="network">The name of the network in messages: init or predict.</param>
internal sealed class OperatorReader(Caffe2Operator source, int index, string network)
{
    /// <summary>Gets the zero-based position in the network.</summary>
    public int Index => index;

    public string Type => source.Type;

    public string Engine => source.Engine ?? string.Empty;

    public IReadOnlyList<string> Inputs => source.Inputs;

    public IReadOnlyList<string> Outputs => source.Outputs;

    /// <summary>Creates an exception.</summary>
    /// <param name="problem">What is wrong and what to do, as one or two sentences without the final period.</param>
    public OnnxModelException Error(string problem) => new($"{this}: {problem}.");

    public bool Has(string name) => source.FindArgument(name) is not null;

    public long? Int(string name)
        => source.FindArgument(name) is not Caffe2Argument argument
            ? null
            : argument.Int ?? throw Error($"the argument '{name}' is not an integer");

    /// <summary>Reads an integer within limits.</summary>
    public int Int(string name, int defaultValue, int minimum, int maximum)
        => Int(name) is not long value ? defaultValue
            : value >= minimum && value <= maximum ? (int)value
            : throw Error($"the argument '{name}' is {value}, but must be from {minimum} to {maximum}");

    public float? Float(string name)
        => source.FindArgument(name) is not Caffe2Argument argument
            ? null
            : argument.Float ?? throw Error($"the argument '{name}' is not a floating-point number");

    public string? Text(string name)
        => source.FindArgument(name) is not Caffe2Argument argument
            ? null
            : argument.Bytes is ReadOnlyMemory<byte> bytes ? Encoding.UTF8.GetString(bytes.Span)
            : throw Error($"the argument '{name}' is not a string");

    public ReadOnlyMemory<long> Ints(string name) => source.FindArgument(name)?.Ints ?? default;

    public ReadOnlyMemory<float> Floats(string name) => source.FindArgument(name)?.Floats ?? default;

    public IReadOnlyList<ReadOnlyMemory<byte>> Strings(string name) => source.FindArgument(name)?.Strings ?? [];

    public ReadOnlyMemory<byte>? Bytes(string name) => source.FindArgument(name)?.Bytes;

    /// <summary>Reads <c>Y_scale</c> and <c>Y_zero_point</c>.</summary>
    public (float Scale, byte ZeroPoint) OutputQuantization()
    {
        float scale = Float("Y_scale")
            ?? throw Error("the argument 'Y_scale' is missing. Ranges that Caffe2 determines while it runs are not supported");
        return (Scale(scale, "Y_scale"), (byte)Int("Y_zero_point", 0, byte.MinValue, byte.MaxValue));
    }

    /// <summary>Returns a scale if it is a positive number.</summary>
    public float Scale(float scale, string name)
        => float.IsNormal(scale) && scale > 0
            ? scale
            : throw Error($"the argument '{name}' is {FormattableString.Invariant($"{scale}")}, but a scale must be a positive number");

    /// <summary>Determines whether the operator works on rows, columns, channels instead of channels, rows, columns.</summary>
    public bool IsNhwc() => Text("order") switch
    {
        null or "" or "NCHW" => false,
        "NHWC" => true,
        string order => throw Error($"the argument 'order' is '{order}', but must be NCHW or NHWC"),
    };

    public void RequireInputs(int minimum, int maximum)
    {
        if (Inputs.Count < minimum || Inputs.Count > maximum)
        {
            string expected = minimum == maximum ? $"{minimum}" : $"{minimum} to {maximum}";
            throw Error($"it has {Inputs.Count} inputs instead of {expected}");
        }
    }

    public override string ToString()
        => $"Operator {index} ({Type}, {(Outputs is [string output, ..] ? $"output '{output}'" : "no output")}) of the {network} network";
}
