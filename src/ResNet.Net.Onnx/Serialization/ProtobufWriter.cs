using System.Buffers.Binary;
using System.Text;

namespace ResNet.Net.Onnx;

/// <summary>Writes the wire format of Protocol Buffers to memory.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;

    private byte[] _bytes = new byte[256];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void WriteVarint(int field, ulong value)
    {
        WriteTag(field, Varint);
        WriteVarint(value);
    }

    public void WriteFloat(int field, float value)
    {
        WriteTag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Extend(sizeof(float)), value);
    }

    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        WriteTag(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        value.CopyTo(Extend(value.Length));
    }

    /// <summary>Writes a string, unless it is null.</summary>
    public void WriteText(int field, string? value)
    {
        if (value is not null)
        {
            WriteBytes(field, Encoding.UTF8.GetBytes(value));
        }
    }

    /// <summary>Writes the content of a message, and then its length in front of it.</summary>
    public void WriteMessage<T>(int field, T message, Action<T> writeContent)
    {
        WriteTag(field, LengthDelimited);
        int start = _length;
        writeContent(message);
        int content = _length - start;
        WriteVarint((ulong)content);
        Span<byte> length = stackalloc byte[_length - start - content];
        _bytes.AsSpan(start + content, length.Length).CopyTo(length);
        _bytes.AsSpan(start, content).CopyTo(_bytes.AsSpan(start + length.Length));
        length.CopyTo(_bytes.AsSpan(start));
    }

    private void WriteTag(int field, int wireType) => WriteVarint(((ulong)field << 3) | (uint)wireType);

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Extend(1)[0] = (byte)(value | 0x80);
        }

        Extend(1)[0] = (byte)value;
    }

    private Span<byte> Extend(int length)
    {
        if (length > _bytes.Length - _length)
        {
            long needed = Math.Max((long)_length + length, Math.Min(2L * _bytes.Length, Array.MaxLength));
            Array.Resize(ref _bytes, needed <= Array.MaxLength
                ? (int)needed
                : throw new OnnxModelException("A message would exceed 2 GiB, the limit of Protocol Buffers. Write smaller tensors."));
        }

        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}
