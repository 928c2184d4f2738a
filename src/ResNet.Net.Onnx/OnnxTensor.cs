using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using ResNet.Net.Onnx.Internals;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx;

/// <summary>A tensor with its values: an initializer of a graph, or an attribute. Values are in row-major order.</summary>
public sealed class OnnxTensor
{
    private readonly Lock _lock = new();
    private byte[]? _unpacked;

    internal OnnxTensor(TensorProto proto) => Proto = proto;

    /// <summary>The tensor's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>The type of its elements.</summary>
    public OnnxElementType ElementType => (OnnxElementType)Proto.DataType;

    /// <summary>Its shape; empty for a scalar.</summary>
    public IReadOnlyList<long> Dims => Proto.Dims;

    /// <summary>How many elements the shape has.</summary>
    /// <exception cref="OnnxModelException">A dimension is negative, or there are more elements than a tensor can have.</exception>
    public long Length => TensorData.LengthOf(Proto);

    internal TensorProto Proto { get; }

    /// <summary>Creates a tensor.</summary>
    /// <typeparam name="T">float, double, Half, bool, or an integer of 8 to 64 bits.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="dims">Its shape; empty for a scalar.</param>
    /// <param name="values">As many values as the shape has; copied.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is no element type.</exception>
    public static OnnxTensor Create<T>(string name, ReadOnlySpan<long> dims, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        TensorProto proto = new() { DataType = (int)TensorData.ElementTypeOf<T>(), Dims = { dims.ToArray() }, Name = name };
        ThrowIfOtherLength(name, dims, values.Length, nameof(values));
        proto.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
        return new OnnxTensor(proto);
    }

    /// <summary>As <see cref="Create{T}"/>, of bytes that are the tensor's own from now on.</summary>
    internal static OnnxTensor Wrap(string name, OnnxElementType elementType, ReadOnlySpan<long> dims, byte[] bytes) => new(new TensorProto
    {
        DataType = (int)elementType,
        Dims = { dims.ToArray() },
        Name = name,
        RawData = UnsafeByteOperations.UnsafeWrap(bytes),
    });

    /// <summary>The values, without a copy where the file holds them raw.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>The values; valid as long as the tensor, not to be written to.</returns>
    /// <exception cref="OnnxModelException">The elements are of another type, or there are not as many as the shape has.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        OnnxElementType wanted = TensorData.ElementTypeOf<T>();
        if (ElementType != wanted)
        {
            throw new OnnxModelException($"The tensor '{Name}' holds {ElementType}, but {wanted} is needed.");
        }

        return MemoryMarshal.Cast<byte, T>(Bytes.Span);
    }

    /// <summary>A copy of the values.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>The values.</returns>
    /// <exception cref="OnnxModelException">The elements are of another type, or there are not as many as the shape has.</exception>
    public T[] ToArray<T>()
        where T : unmanaged => AsSpan<T>().ToArray();

    /// <summary>A copy with its own name and the same values, which are shared.</summary>
    /// <param name="name">The copy's name.</param>
    /// <returns>The copy.</returns>
    public OnnxTensor WithName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        TensorProto copy = Proto.Clone(); // ByteString is immutable: its bytes are not copied
        copy.Name = name;
        return new OnnxTensor(copy);
    }

    /// <summary>A copy with its own name and shape and the same values, which are shared.</summary>
    /// <param name="name">The copy's name.</param>
    /// <param name="dims">Its shape, of as many elements; empty for a scalar.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public OnnxTensor WithShape(string name, ReadOnlySpan<long> dims)
    {
        ThrowIfOtherLength(name, dims, Length, nameof(dims));
        OnnxTensor copy = WithName(name);
        copy.Proto.Dims.Clear();
        copy.Proto.Dims.AddRange(dims.ToArray());
        return copy;
    }

    /// <summary>As <c>conv0_weight Float [64, 3, 7, 7]</c>.</summary>
    /// <returns>Text for messages.</returns>
    public override string ToString() => $"{Name} {ElementType} {TensorData.Format(Proto.Dims)}";

    /// <summary>The values as the specification lays out <c>raw_data</c>: little-endian, packed.</summary>
    private ReadOnlyMemory<byte> Bytes
    {
        get
        {
            Debug.Assert(BitConverter.IsLittleEndian, "every platform of .NET 10 that ONNX Runtime runs on is");
            TensorData.ThrowIfWrong(Proto);
            if (Proto.HasRawData)
            {
                return Proto.RawData.Memory;
            }

            lock (_lock)
            {
                return _unpacked ??= TensorData.Unpack(Proto);
            }
        }
    }
    private static void ThrowIfOtherLength(string name, ReadOnlySpan<long> dims, long values, string parameter)
    {
        if (TensorData.LengthOf(dims) != values)
        {
            throw new ArgumentException($"The shape {TensorData.Format(dims.ToArray())} of the tensor '{name}' has {TensorData.LengthOf(dims)?.ToString(CultureInfo.InvariantCulture) ?? "no possible number of"} elements, but there are {values} values.", parameter);
        }
    }
}
