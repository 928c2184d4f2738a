using System.Globalization;

namespace ResNet.Net.Onnx;

/// <summary>One dimension of a shape: a number, a name that stands for one, or neither.</summary>
/// <param name="Value">The number of elements; null when it is free.</param>
/// <param name="Parameter">The name of a free dimension, such as <c>N</c>; null when it has none.</param>
public readonly record struct OnnxDimension(long? Value, string? Parameter)
{
    /// <summary>A dimension of fixed size.</summary>
    /// <param name="value">The number of elements.</param>
    /// <returns>The dimension.</returns>
    public static implicit operator OnnxDimension(long value) => FromInt64(value);

    /// <summary>A free dimension with a name.</summary>
    /// <param name="parameter">The name.</param>
    /// <returns>The dimension.</returns>
    public static implicit operator OnnxDimension(string parameter) => FromString(parameter);

    /// <summary>A dimension of fixed size.</summary>
    /// <param name="value">The number of elements.</param>
    /// <returns>The dimension.</returns>
    public static OnnxDimension FromInt64(long value) => new(value, null);

    /// <summary>A free dimension with a name.</summary>
    /// <param name="parameter">The name.</param>
    /// <returns>The dimension.</returns>
    public static OnnxDimension FromString(string parameter) => new(null, parameter);

    /// <summary>The number, the name, or <c>?</c>.</summary>
    /// <returns>Text for messages.</returns>
    public override string ToString() => Value?.ToString(CultureInfo.InvariantCulture) ?? Parameter ?? "?";
}
