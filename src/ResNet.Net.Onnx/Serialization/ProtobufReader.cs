using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace ResNet.Net.Onnx;

/// <summary>
/// Reads the wire format of Protocol Buffers from a seekable stream, field by field, so that callers can skip what they don't need.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="bufferSize">The number of bytes to read from the stream at once.</param>
internal abstract class ProtobufReader(Stream stream, int bufferSize = 4096)
{
    protected const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;

    // Deeper than the nested subgraphs of any model, and safe for the stack.
    internal const int MaxDepth = 64;

    private const int MaxTextBytes = 1 << 16;

    private readonly Stream _stream = stream;
    private readonly byte[] _buffer = new byte[bufferSize];
    private long _bufferStart = stream.Position;
    private int _next;
    private int _count;
    private int _depth;

    /// <summary>Reads one field of a message, up to its end position.</summary>
    protected delegate void Field(int number, int wireType, long end);

    protected long Position
    {
        get => _bufferStart + _next;
        set
        {
            long offset = value - _bufferStart;
            if (offset >= 0 && offset <= _count)
            {
                _next = (int)offset;
                return;
            }

            _stream.Position = value;
            (_bufferStart, _next, _count) = (value, 0, 0);
        }
    }

    /// <summary>Creates the exception for damaged data.</summary>
    /// <param name="reason">What is wrong, without a period.</param>
    protected virtual OnnxModelException Damaged(string reason = "a field is longer than its message, or its type is unknown")
        => new($"The data is damaged or not an ONNX model: {reason}.");

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
            throw Damaged($"more than {MaxDepth} messages are nested");
        }

        while (Position < end)
        {
            ulong tag = ReadVarint(end);
            int wireType = (int)(tag & 7);
            long fieldEnd = end;
            if (wireType == LengthDelimited)
            {
                ulong length = ReadVarint(end);
                fieldEnd = length <= (ulong)(end - Position) ? Position + (long)length : throw Damaged();
            }

            field(tag >> 3 is >= 1 and <= int.MaxValue ? (int)(tag >> 3) : throw Damaged(), wireType, fieldEnd);
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
            case Fixed64 when end - Position >= sizeof(ulong):
                Position += sizeof(ulong);
                break;
            case Fixed32 when end - Position >= sizeof(uint):
                Position += sizeof(uint);
                break;
            case LengthDelimited:
                Position = end;
                break;
            default:
                throw Damaged();
        }
    }

    protected string ReadText(long end, int maxLength = MaxTextBytes) => Encoding.UTF8.GetString(ReadBytes(end, maxLength));

    protected byte[] ReadBytes(long end, int maxLength)
    {
        long length = end - Position;
        if (length > maxLength)
        {
            throw Damaged($"a field has {length} bytes, but the limit is {maxLength}");
        }

        byte[] bytes = new byte[length];
        int buffered = (int)Math.Min(length, _count - _next);
        _buffer.AsSpan(_next, buffered).CopyTo(bytes);
        _next += buffered;
        if (buffered < length)
        {
            _stream.ReadExactly(bytes, buffered, bytes.Length - buffered);
            (_bufferStart, _next, _count) = (_stream.Position, 0, 0);
        }

        return bytes;
    }

    protected float ReadFloat(long end)
        => end - Position >= sizeof(float) && Buffer(sizeof(float))
            ? BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)))
            : throw Damaged();

    /// <summary>Reads a floating-point number if the next byte is its tag; otherwise reads nothing.</summary>
    protected bool TryReadFloat(byte tag, long end, out float value)
    {
        const int Length = 1 + sizeof(float);
        if (end - Position < Length || !Buffer(Length) || _buffer[_next] != tag)
        {
            value = 0;
            return false;
        }

        value = BinaryPrimitives.ReadSingleLittleEndian(Take(Length)[1..]);
        return true;
    }

    protected ulong ReadVarint(long end)
    {
        const int MaxBits = 64;
        ulong value = 0;
        for (int shift = 0; shift < MaxBits; shift += 7)
        {
            byte next = Position < end && Buffer(1) ? _buffer[_next++] : throw Damaged();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number has more than 10 bytes");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        _next += length;
        return _buffer.AsSpan(_next - length, length);
    }

    /// <summary>Ensures that the buffer has the next bytes. Returns false at the end of the stream.</summary>
    private bool Buffer(int length)
    {
        if (_count - _next >= length)
        {
            return true;
        }

        _buffer.AsSpan(_next, _count - _next).CopyTo(_buffer);
        _bufferStart += _next;
        (_next, _count) = (0, _count - _next);
        _count += _stream.ReadAtLeast(_buffer.AsSpan(_count), length - _count, throwOnEndOfStream: false);
        return _count >= length;
    }
}
