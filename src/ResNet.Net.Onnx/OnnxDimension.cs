using System.Globalization;

namespace ResNet.Net.Onnx;

/// <summary>Represents one dimension of a shape: a fixed size, a named variable size, or an unknown size.</summary>
/// <param name="Value">The number of elements; null if it is not fixed.</param>
/// <param name="Parameter">The name of a variable dimension, such as <c>N</c>; null if it has none.</param>
public readonly record struct OnnxDimension(long? Value, string? Parameter)
{
    /// <summary>Converts a number of elements to a dimension of fixed size.</summary>
    /// <param name="value">The number of elements.</param>
    /// <returns>The dimension.</returns>
    public static implicit operator OnnxDimension(long value) => FromInt64(value);

    /// <summary>Converts a name to a dimension of variable size.</summary>
    /// <param name="parameter">The name.</param>
    /// <returns>The dimension.</returns>
    public static implicit operator OnnxDimension(string parameter) => FromString(parameter);

    /// <summary>Creates a dimension of fixed size.</summary>
    /// <param name="value">The number of elements.</param>
    /// <returns>The dimension.</returns>
    public static OnnxDimension FromInt64(long value) => new(value, null);

    /// <summary>Creates a dimension of variable size.</summary>
    /// <param name="parameter">Its name.</param>
    /// <returns>The dimension.</returns>
    public static OnnxDimension FromString(string parameter) => new(null, parameter);

    /// <summary>Returns the number, the name, or <c>?</c>.</summary>
    /// <returns>The dimension as text.</returns>
    public override string ToString() => Value?.ToString(CultureInfo.InvariantCulture) ?? Parameter ?? "?";
}
