using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads the values of a <c>TensorProto</c>, which are stored as raw data or in the list that the specification assigns to the element
/// type.
/// </summary>
internal static class TensorData
{
    public static OnnxElementType ElementTypeOf<T>()
        where T : unmanaged
        => typeof(T) == typeof(float) ? OnnxElementType.Float
            : typeof(T) == typeof(sbyte) ? OnnxElementType.Int8
            : typeof(T) == typeof(byte) ? OnnxElementType.UInt8
            : typeof(T) == typeof(int) ? OnnxElementType.Int32
            : typeof(T) == typeof(long) ? OnnxElementType.Int64
            : typeof(T) == typeof(double) ? OnnxElementType.Double
            : typeof(T) == typeof(bool) ? OnnxElementType.Bool
            : typeof(T) == typeof(Half) ? OnnxElementType.Float16
            : typeof(T) == typeof(short) ? OnnxElementType.Int16
            : typeof(T) == typeof(ushort) ? OnnxElementType.UInt16
            : typeof(T) == typeof(uint) ? OnnxElementType.UInt32
            : typeof(T) == typeof(ulong) ? OnnxElementType.UInt64
            : throw new NotSupportedException(
                $"{typeof(T)} is not an element type of ONNX tensors. Use float, double, Half, bool, or an integer of 8 to 64 bits.");

    /// <summary>Gets the number of bytes of an element in <c>raw_data</c>; 0 for types without a fixed size.</summary>
    public static int SizeOf(OnnxElementType type) => type switch
    {
        OnnxElementType.UInt8 or OnnxElementType.Int8 or OnnxElementType.Bool => 1,
        OnnxElementType.UInt16 or OnnxElementType.Int16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => 2,
        OnnxElementType.Float or OnnxElementType.Int32 or OnnxElementType.UInt32 => 4,
        OnnxElementType.Double or OnnxElementType.Int64 or OnnxElementType.UInt64 or OnnxElementType.Complex64 => 8,
        OnnxElementType.Complex128 => 16,
        _ => 0,
    };

    public static string Format(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    public static long LengthOf(TensorProto tensor)
        => LengthOf([.. tensor.Dims])
            ?? throw new OnnxModelException($"The tensor '{tensor.Name}' has the invalid shape {Format(tensor.Dims)}.");

    /// <summary>Gets the number of elements of a shape; null if a dimension is negative or the number is too large.</summary>
    public static long? LengthOf(ReadOnlySpan<long> shape)
    {
        const int MaxElementBytes = 16;
        long length = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && length > long.MaxValue / MaxElementBytes / dimension))
            {
                return null;
            }

            length *= dimension;
        }

        return length;
    }

    /// <summary>Describes what is wrong with a tensor's values; null if they are valid.</summary>
    public static string? ProblemOf(TensorProto tensor)
    {
        OnnxElementType type = (OnnxElementType)tensor.DataType;
        if (!Enum.IsDefined(type) || type == OnnxElementType.Undefined)
        {
            return $"the tensor '{tensor.Name}' has the unknown element type {tensor.DataType}";
        }

        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return $"the tensor '{tensor.Name}' stores its values in an external file";
        }

        if (LengthOf([.. tensor.Dims]) is not long length)
        {
            return $"the tensor '{tensor.Name}' has the invalid shape {Format(tensor.Dims)}";
        }

        (long actual, long expected, string unit) = tensor.HasRawData && type != OnnxElementType.String
            ? (tensor.RawData.Length, length * SizeOf(type), "bytes")
            : (CountOf(tensor, type), length * (type is OnnxElementType.Complex64 or OnnxElementType.Complex128 ? 2 : 1), "values");
        return actual == expected
            ? null
            : $"the tensor '{tensor.Name}' {type} {Format(tensor.Dims)} has {actual} {unit} instead of {expected}";
    }

    public static void ThrowIfInvalid(TensorProto tensor)
    {
        if (ProblemOf(tensor) is string problem)
        {
            throw new OnnxModelException($"The model is damaged: {problem}.");
        }
    }

    /// <summary>Converts the values in the list of the tensor's element type to the layout of <c>raw_data</c>.</summary>
    public static byte[] Unpack(TensorProto tensor) => (OnnxElementType)tensor.DataType switch
    {
        OnnxElementType.Float or OnnxElementType.Complex64 => Pack(tensor.FloatData, v => v),
        OnnxElementType.Double or OnnxElementType.Complex128 => Pack(tensor.DoubleData, v => v),
        OnnxElementType.Int64 => Pack(tensor.Int64Data, v => v),
        OnnxElementType.UInt64 => Pack(tensor.Uint64Data, v => v),
        OnnxElementType.UInt32 => Pack(tensor.Uint64Data, v => unchecked((uint)v)),
        OnnxElementType.Int32 => Pack(tensor.Int32Data, v => v),
        OnnxElementType.Int16 or OnnxElementType.UInt16 or OnnxElementType.Float16 or OnnxElementType.BFloat16
            => Pack(tensor.Int32Data, v => unchecked((short)v)),
        OnnxElementType.Int8 or OnnxElementType.UInt8 or OnnxElementType.Bool => Pack(tensor.Int32Data, v => unchecked((byte)v)),
        var type => throw new OnnxModelException($"The elements of the tensor '{tensor.Name}' are {type}, which has no fixed size."),
    };

    private static byte[] Pack<TField, T>(RepeatedField<TField> values, Func<TField, T> convert)
        where T : unmanaged
    {
        byte[] bytes = new byte[values.Count * Unsafe.SizeOf<T>()];
        Span<T> packed = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        for (int i = 0; i < packed.Length; i++)
        {
            packed[i] = convert(values[i]);
        }

        return bytes;
    }

    /// <summary>Gets a lower bound for the number of bytes that the lists of values take in a file.</summary>
    public static long ListBytesOf(TensorProto tensor)
        => (4L * tensor.FloatData.Count) + (8L * tensor.DoubleData.Count)
            + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.Uint64Data.Count + tensor.StringData.Sum(s => (long)s.Length);

    private static long CountOf(TensorProto tensor, OnnxElementType type) => type switch
    {
        OnnxElementType.Float or OnnxElementType.Complex64 => tensor.FloatData.Count,
        OnnxElementType.Double or OnnxElementType.Complex128 => tensor.DoubleData.Count,
        OnnxElementType.Int64 => tensor.Int64Data.Count,
        OnnxElementType.UInt64 or OnnxElementType.UInt32 => tensor.Uint64Data.Count,
        OnnxElementType.String => tensor.StringData.Count,
        _ => tensor.Int32Data.Count,
    };
}
