using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Internals;

/// <summary>Where a <c>TensorProto</c> keeps its values: raw, or in one of the lists that the specification assigns to element types.</summary>
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
            : throw new NotSupportedException($"{typeof(T)} is no element type of an ONNX tensor. Use float, double, Half, bool, or an integer of 8 to 64 bits.");

    /// <summary>Bytes an element takes in <c>raw_data</c>; 0 for what has no fixed size.</summary>
    public static int SizeOf(OnnxElementType type) => type switch
    {
        OnnxElementType.UInt8 or OnnxElementType.Int8 or OnnxElementType.Bool => 1,
        OnnxElementType.UInt16 or OnnxElementType.Int16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => 2,
        OnnxElementType.Float or OnnxElementType.Int32 or OnnxElementType.UInt32 => 4,
        OnnxElementType.Double or OnnxElementType.Int64 or OnnxElementType.UInt64 or OnnxElementType.Complex64 => 8,
        OnnxElementType.Complex128 => 16,
        _ => 0,
    };

    public static string Format(IEnumerable<long> dims) => $"[{string.Join(", ", dims)}]";

    public static long LengthOf(TensorProto tensor)
        => LengthOf([.. tensor.Dims]) ?? throw new OnnxModelException($"The tensor '{tensor.Name}' has the shape {Format(tensor.Dims)}, which no tensor can have.");

    /// <summary>How many elements a shape has; null where a dimension is negative, or there are more than can be.</summary>
    public static long? LengthOf(ReadOnlySpan<long> dims)
    {
        long length = 1;
        foreach (long dim in dims)
        {
            if (dim < 0 || (dim > 0 && length > long.MaxValue / 16 / dim))
            {
                return null;
            }

            length *= dim;
        }

        return length;
    }

    /// <summary>What is wrong with a tensor's values; null when nothing is.</summary>
    public static string? ProblemOf(TensorProto tensor)
    {
        OnnxElementType type = (OnnxElementType)tensor.DataType;
        if (!Enum.IsDefined(type) || type == OnnxElementType.Undefined)
        {
            return $"the tensor '{tensor.Name}' has the element type {tensor.DataType}, which is not known";
        }

        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            return $"the tensor '{tensor.Name}' keeps its values in another file";
        }

        long length;
        try
        {
            length = LengthOf(tensor);
        }
        catch (OnnxModelException exception)
        {
            return exception.Message.TrimEnd('.');
        }

        (long actual, long expected, string unit) = tensor.HasRawData && type != OnnxElementType.String
            ? (tensor.RawData.Length, length * SizeOf(type), "bytes")
            : (CountOf(tensor, type), length * (type is OnnxElementType.Complex64 or OnnxElementType.Complex128 ? 2 : 1), "values");
        return actual == expected ? null : $"the tensor '{tensor.Name}' {type} {Format(tensor.Dims)} has {actual} {unit} instead of {expected}";
    }

    public static void ThrowIfWrong(TensorProto tensor)
    {
        if (ProblemOf(tensor) is string problem)
        {
            throw new OnnxModelException($"The model is damaged: {problem}.");
        }
    }

    /// <summary>The values of the list that the specification assigns to the element type, as <c>raw_data</c> would hold them.</summary>
    public static byte[] Unpack(TensorProto tensor) => (OnnxElementType)tensor.DataType switch
    {
        OnnxElementType.Float or OnnxElementType.Complex64 => Pack(tensor.FloatData, v => v),
        OnnxElementType.Double or OnnxElementType.Complex128 => Pack(tensor.DoubleData, v => v),
        OnnxElementType.Int64 => Pack(tensor.Int64Data, v => v),
        OnnxElementType.UInt64 => Pack(tensor.Uint64Data, v => v),
        OnnxElementType.UInt32 => Pack(tensor.Uint64Data, v => unchecked((uint)v)),
        OnnxElementType.Int32 => Pack(tensor.Int32Data, v => v),
        OnnxElementType.Int16 or OnnxElementType.UInt16 or OnnxElementType.Float16 or OnnxElementType.BFloat16 => Pack(tensor.Int32Data, v => unchecked((short)v)),
        OnnxElementType.Int8 or OnnxElementType.UInt8 or OnnxElementType.Bool => Pack(tensor.Int32Data, v => unchecked((byte)v)),
        var type => throw new OnnxModelException($"The tensor '{tensor.Name}' holds {type}, which has no values of fixed size."),
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

    /// <summary>At least how many bytes the lists of values take in a file.</summary>
    public static long ListBytesOf(TensorProto tensor)
        => (4L * tensor.FloatData.Count) + (8L * tensor.DoubleData.Count) + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.Uint64Data.Count + tensor.StringData.Sum(s => (long)s.Length);

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
