using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads the wire format of Protocol Buffers from a seekable stream, field by field, so that callers can skip what they don't need.
/// </summary>
internal abstract class ProtobufReader(Stream stream)
{
    protected const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    // Deeper than the nested subgraphs of any model, and safe for the stack.
    private const int MaxDepth = 64;

    private const int MaxTextBytes = 1 << 16;

    private readonly Stream _stream = stream;
    private int _depth;

    /// <summary>Reads one field of a message, up to its end position.</summary>
    protected delegate void Field(int number, int wireType, long end);

    protected long Position
    {
        get => _stream.Position;
        set => _stream.Position = value;
    }

    protected static OnnxModelException Damaged()
        => new("The data is damaged or not an ONNX model: a field is longer than its message, or its type is unknown.");

    protected T Parse<T>(MessageParser<T> parser, long end)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(ReadBytes(end, MaxTextBytes));
        }
        catch (InvalidProtocolBufferException)
        {
            throw Damaged();
        }
    }

    /// <summary>Reads the fields of a message. A length-delimited field gets its own end position, any other that of the message.</summary>
    protected void ReadMessage(long end, Field field)
    {
        if (++_depth > MaxDepth)
        {
            throw Damaged();
        }

        while (_stream.Position < end)
        {
            ulong tag = ReadVarint(end);
            int wireType = (int)(tag & 7);
            long fieldEnd = end;
            if (wireType == LengthDelimited)
            {
                ulong length = ReadVarint(end);
                fieldEnd = length <= (ulong)(end - _stream.Position) ? _stream.Position + (long)length : throw Damaged();
            }

            field(tag >> 3 <= int.MaxValue ? (int)(tag >> 3) : throw Damaged(), wireType, fieldEnd);
        }

        _depth--;
    }

    protected void Skip(int wireType, long end)
    {
        switch (wireType)
        {
            case Varint:
                _ = ReadVarint(end);
                break;
            case Fixed64 when end - _stream.Position >= sizeof(ulong):
                _stream.Seek(sizeof(ulong), SeekOrigin.Current);
                break;
            case Fixed32 when end - _stream.Position >= sizeof(uint):
                _stream.Seek(sizeof(uint), SeekOrigin.Current);
                break;
            case LengthDelimited:
                _stream.Position = end;
                break;
            default:
                throw Damaged();
        }
    }

    protected string ReadText(long end, int maxLength = MaxTextBytes) => Encoding.UTF8.GetString(ReadBytes(end, maxLength));

    protected byte[] ReadBytes(long end, int maxLength)
    {
        long length = end - _stream.Position;
        if (length > maxLength)
        {
            throw Damaged();
        }

        byte[] bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    protected float ReadFloat(long end)
    {
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        if (end - _stream.Position < bytes.Length)
        {
            throw Damaged();
        }

        _stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadSingleLittleEndian(bytes);
    }

    protected ulong ReadVarint(long end)
    {
        const int MaxBits = 64;
        ulong value = 0;
        for (int shift = 0; shift < MaxBits; shift += 7)
        {
            int next = _stream.Position < end ? _stream.ReadByte() : -1;
            if (next < 0)
            {
                throw Damaged();
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }
}
