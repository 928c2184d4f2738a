namespace ResNet.Net.Evaluation;

/// <summary>
/// Walks through the fields of a protobuf message in a file and skips long values without reading them. Errors name the message.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="name">The record, for error messages.</param>
/// <param name="start">The position of the message in the file.</param>
/// <param name="length">The length of the message in bytes.</param>
internal sealed class ProtobufCursor(LmdbFile file, string name, long start, long length)
{
    public const int Varint = 0;
    public const int LengthDelimited = 2;

    private const int Window = 64;

    private readonly byte[] _window = new byte[Window];
    private readonly long _end = start + length;
    private long _windowStart = long.MinValue;

    /// <summary>Gets the position in the file.</summary>
    public long Position { get; private set; } = start;

    public bool IsAtEnd => Position >= _end;

    /// <summary>Returns the next tag without moving; -1 at the end.</summary>
    public int PeekTag()
    {
        if (IsAtEnd)
        {
            return -1;
        }

        int tag = ReadByte();
        Position--;
        return tag;
    }

    public bool TryReadTag(out int field, out int wire)
    {
        (field, wire) = (0, 0);
        if (IsAtEnd)
        {
            return false;
        }

        ulong tag = (ulong)ReadNumber();
        field = tag >> 3 is > 0 and <= 0x1FFF_FFFF ? (int)(tag >> 3) : throw Malformed();
        wire = (int)(tag & 7);
        return true;
    }

    public long ReadNumber()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }

        throw Malformed();
    }

    /// <summary>Reads the length of a value, which the message contains completely.</summary>
    public int ReadLength()
    {
        long value = ReadNumber();
        return value >= 0 && value <= Math.Min(_end - Position, int.MaxValue) ? (int)value : throw Malformed();
    }

    public ProtobufCursor Part(int partLength) => new(file, name, Position, partLength);

    public void Skip(long count) => Position = count <= _end - Position ? Position + count : throw Malformed();

    public void SkipField(int wire)
    {
        switch (wire)
        {
            case Varint:
                ReadNumber();
                break;
            case 1:
                Skip(sizeof(ulong));
                break;
            case LengthDelimited:
                Skip(ReadLength());
                break;
            case 5:
                Skip(sizeof(uint));
                break;
            default:
                throw Malformed();
        }
    }

    private byte ReadByte()
    {
        if (IsAtEnd)
        {
            throw Malformed();
        }

        if (Position < _windowStart || Position >= _windowStart + Window)
        {
            _windowStart = Position;
            if (!file.TryRead(_window.AsSpan(0, (int)Math.Min(Window, _end - Position)), Position))
            {
                throw file.Damaged("it is truncated");
            }
        }

        return _window[Position++ - _windowStart];
    }

    private ImageDatasetException Malformed() => file.Damaged($"the record '{name}' is not a Datum or TensorProtos message");
}
