using System.Runtime.InteropServices;
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
    {
        long length = 1;
        foreach (long dim in tensor.Dims)
        {
            if (dim < 0 || (dim > 0 && length > long.MaxValue / 16 / dim))
            {
                throw new OnnxModelException($"The tensor '{tensor.Name}' has the shape {Format(tensor.Dims)}, which no tensor can have.");
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
        OnnxElementType.Float or OnnxElementType.Complex64 => Pack<float>([.. tensor.FloatData]),
        OnnxElementType.Double or OnnxElementType.Complex128 => Pack<double>([.. tensor.DoubleData]),
        OnnxElementType.Int64 => Pack<long>([.. tensor.Int64Data]),
        OnnxElementType.UInt64 => Pack<ulong>([.. tensor.Uint64Data]),
        OnnxElementType.UInt32 => Pack<uint>([.. tensor.Uint64Data.Select(v => unchecked((uint)v))]),
        OnnxElementType.Int32 => Pack<int>([.. tensor.Int32Data]),
        OnnxElementType.Int16 or OnnxElementType.UInt16 or OnnxElementType.Float16 or OnnxElementType.BFloat16
            => Pack<short>([.. tensor.Int32Data.Select(v => unchecked((short)v))]),
        OnnxElementType.Int8 or OnnxElementType.UInt8 or OnnxElementType.Bool => [.. tensor.Int32Data.Select(v => unchecked((byte)v))],
        var type => throw new OnnxModelException($"The tensor '{tensor.Name}' holds {type}, which has no values of fixed size."),
    };

    private static byte[] Pack<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

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
