using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>
/// Represents an argument of a <see cref="Caffe2Operator"/> or a <see cref="Caffe2Net"/> (protobuf message <c>Argument</c>).
/// </summary>
/// <remarks>The tensors of an argument (fields <c>t</c>, <c>tensors</c> and <c>qtensors</c>) are discarded when it is read.</remarks>
/// <param name="name">The name.</param>
public sealed class Caffe2Argument(string name)
{
    /// <summary>Gets the name.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the floating-point number (field <c>f</c>); <see langword="null"/> if it is absent.</summary>
    public float? Float { get; init; }

    /// <summary>Gets the integer (field <c>i</c>); <see langword="null"/> if it is absent.</summary>
    public long? Int { get; init; }

    /// <summary>Gets the bytes (field <c>s</c>): a string in UTF-8 or raw data; <see langword="null"/> if they are absent.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>Gets the floating-point numbers (field <c>floats</c>).</summary>
    public ReadOnlyMemory<float> Floats { get; init; }

    /// <summary>Gets the integers (field <c>ints</c>).</summary>
    public ReadOnlyMemory<long> Ints { get; init; }

    /// <summary>Gets the byte strings (field <c>strings</c>).</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Strings { get; init; } = [];

    /// <summary>Gets the network (field <c>n</c>); <see langword="null"/> if it is absent.</summary>
    public Caffe2Net? Net { get; init; }

    /// <summary>Gets the networks (field <c>nets</c>).</summary>
    public IReadOnlyList<Caffe2Net> Nets { get; init; } = [];

    /// <summary>Creates an argument with a floating-point number.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromFloat(string name, float value) => new(name) { Float = value };

    /// <summary>Creates an argument with an integer.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromInt(string name, long value) => new(name) { Int = value };

    /// <summary>Creates an argument with a string.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromString(string name, string value) => new(name) { Bytes = Encoding.UTF8.GetBytes(value) };

    /// <summary>Creates an argument with bytes.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The value. The argument keeps a reference to it.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromBytes(string name, ReadOnlyMemory<byte> value) => new(name) { Bytes = value };

    /// <summary>Creates an argument with floating-point numbers.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values. The argument keeps a reference to them.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromFloats(string name, ReadOnlyMemory<float> values) => new(name) { Floats = values };

    /// <summary>Creates an argument with integers.</summary>
    /// <param name="name">The name.</param>
    /// <param name="values">The values. The argument keeps a reference to them.</param>
    /// <returns>The argument.</returns>
    public static Caffe2Argument FromInts(string name, ReadOnlyMemory<long> values) => new(name) { Ints = values };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
