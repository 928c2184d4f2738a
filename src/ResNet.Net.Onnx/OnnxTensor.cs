using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>Represents a tensor with its values: an initializer or an attribute. Values are in row-major order.</summary>
public sealed class OnnxTensor
{
    private readonly Lock _lock = new();
    private byte[]? _unpacked;

    internal OnnxTensor(TensorProto proto) => Proto = proto;

    /// <summary>Gets or sets the tensor's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>Gets the type of the elements.</summary>
    public OnnxElementType ElementType => (OnnxElementType)Proto.DataType;

    /// <summary>Gets the shape; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => Proto.Dims;

    /// <summary>Gets the number of elements.</summary>
    /// <exception cref="OnnxModelException">A dimension is negative, or the number of elements is too large.</exception>
    public long Length => TensorData.LengthOf(Proto);

    internal TensorProto Proto { get; }

    /// <summary>Creates a tensor.</summary>
    /// <typeparam name="T">The element type: float, double, Half, bool, or an integer of 8 to 64 bits.</typeparam>
    /// <param name="name">The tensor's name.</param>
    /// <param name="shape">The shape; empty for a scalar.</param>
    /// <param name="values">The values, as many as the shape has elements; copied.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The number of values doesn't match the shape.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not an element type.</exception>
    public static OnnxTensor Create<T>(string name, ReadOnlySpan<long> shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        TensorProto proto = new() { DataType = (int)TensorData.ElementTypeOf<T>(), Dims = { shape.ToArray() }, Name = name };
        ThrowIfLengthDiffers(name, shape, values.Length, nameof(values));
        proto.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
        return new OnnxTensor(proto);
    }

    /// <summary>Creates a tensor from the bytes of its elements.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="elementType">The type of the elements, which must have a fixed size.</param>
    /// <param name="shape">The shape; empty for a scalar.</param>
    /// <param name="rawData">The elements, little-endian and packed; copied.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The elements have no fixed size, or the number of bytes doesn't match the shape.</exception>
    public static OnnxTensor Create(string name, OnnxElementType elementType, ReadOnlySpan<long> shape, ReadOnlySpan<byte> rawData)
    {
        ArgumentNullException.ThrowIfNull(name);
        int size = TensorData.SizeOf(elementType);
        if (size == 0)
        {
            throw new ArgumentException($"Elements of the type {elementType} have no fixed size.", nameof(elementType));
        }

        (long values, int rest) = (rawData.Length / size, rawData.Length % size);
        ThrowIfLengthDiffers(name, shape, rest == 0 ? values : -1, nameof(rawData));
        return new OnnxTensor(new TensorProto
        {
            DataType = (int)elementType,
            Dims = { shape.ToArray() },
            Name = name,
            RawData = ByteString.CopyFrom(rawData),
        });
    }

    /// <summary>Reads a serialized <c>TensorProto</c>, the format of the <c>.pb</c> files in ONNX's test data.</summary>
    /// <param name="bytes">The serialized message. It is not used after the call.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="OnnxModelException">
    /// The bytes are damaged, are not a tensor, or refer to external data; or the number of values doesn't match the shape.
    /// </exception>
    public static OnnxTensor Parse(ReadOnlySpan<byte> bytes)
    {
        TensorProto proto;
        try
        {
            proto = TensorProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new OnnxModelException($"The data is damaged or not an ONNX tensor: {exception.Message}", exception);
        }

        return TensorData.ProblemOf(proto) is string problem
            ? throw new OnnxModelException($"The data is damaged or not an ONNX tensor: {problem}.")
            : new OnnxTensor(proto);
    }

    /// <summary>Serializes the tensor as a message that <see cref="Parse"/> can read.</summary>
    /// <returns>A new array with a serialized <c>TensorProto</c>.</returns>
    public byte[] Serialize() => Proto.ToByteArray();

    /// <summary>Gets the values, without a copy if the file stores them as raw data.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>The values.</returns>
    /// <exception cref="OnnxModelException">
    /// The elements have a different type, or the number of values doesn't match the shape.
    /// </exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        OnnxElementType requested = TensorData.ElementTypeOf<T>();
        if (ElementType != requested)
        {
            throw new OnnxModelException($"The elements of the tensor '{Name}' are {ElementType}, not {requested}.");
        }

        return MemoryMarshal.Cast<byte, T>(Bytes.Span);
    }

    /// <summary>Copies the values.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>A new array with the values.</returns>
    /// <exception cref="OnnxModelException">
    /// The elements have a different type, or the number of values doesn't match the shape.
    /// </exception>
    public T[] ToArray<T>()
        where T : unmanaged => AsSpan<T>().ToArray();

    /// <summary>Creates a tensor with another name that shares the values of this one.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The new tensor.</returns>
    public OnnxTensor WithName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        TensorProto copy = Proto.Clone(); // doesn't copy the values: ByteString is immutable
        copy.Name = name;
        return new OnnxTensor(copy);
    }

    /// <summary>Creates a tensor with another name and shape that shares the values of this one.</summary>
    /// <param name="name">The name.</param>
    /// <param name="shape">The shape, with the same number of elements; empty for a scalar.</param>
    /// <returns>The new tensor.</returns>
    /// <exception cref="ArgumentException">The shape has a different number of elements.</exception>
    public OnnxTensor WithShape(string name, ReadOnlySpan<long> shape)
    {
        ThrowIfLengthDiffers(name, shape, Length, nameof(shape));
        OnnxTensor copy = WithName(name);
        copy.Proto.Dims.Clear();
        copy.Proto.Dims.AddRange(shape.ToArray());
        return copy;
    }

    /// <summary>Returns text such as <c>conv0_weight Float [64, 3, 7, 7]</c>.</summary>
    /// <returns>The name, element type and shape.</returns>
    public override string ToString() => $"{Name} {ElementType} {TensorData.Format(Proto.Dims)}";

    /// <summary>Gets the values in the layout of <c>raw_data</c>: little-endian and packed.</summary>
    private ReadOnlyMemory<byte> Bytes
    {
        get
        {
            Debug.Assert(BitConverter.IsLittleEndian, "ONNX Runtime supports only little-endian platforms.");
            TensorData.ThrowIfInvalid(Proto);
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

    private static void ThrowIfLengthDiffers(string name, ReadOnlySpan<long> shape, long values, string parameter)
    {
        if (TensorData.LengthOf(shape) != values)
        {
            string elements = TensorData.LengthOf(shape)?.ToString(CultureInfo.InvariantCulture) ?? "an invalid number of";
            throw new ArgumentException(
                $"The shape {TensorData.Format(shape.ToArray())} of the tensor '{name}' has {elements} elements, "
                + $"but there are {(values < 0 ? "incomplete" : values)} values.",
                parameter);
        }
    }
}
