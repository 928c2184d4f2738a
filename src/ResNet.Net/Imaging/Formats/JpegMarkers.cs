using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>
/// Enumerates the markers of a JPEG file and skips fill bytes and compressed data. Never reads beyond the end of the file.
/// </summary>
internal ref struct JpegMarkers(ReadOnlySpan<byte> file)
{
    public const int StartOfFrameBaseline = 0xC0;
    public const int StartOfFrameExtended = 0xC1;
    public const int StartOfFrameProgressive = 0xC2;
    public const int EndOfImage = 0xD9;
    public const int StartOfScan = 0xDA;
    public const int App1 = 0xE1;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _position = 2;

    /// <summary>Gets the second byte of the current marker.</summary>
    public int Marker { get; private set; }

    /// <summary>Gets the contents of the marker segment, without its length field; empty for markers without a segment.</summary>
    public ReadOnlySpan<byte> Segment { get; private set; }

    /// <summary>Advances to the next marker.</summary>
    /// <returns><see langword="false"/> at the end of the file, or where a segment extends beyond it.</returns>
    public bool MoveNext()
    {
        while (_position < _file.Length)
        {
            int offset = _file[_position..].IndexOf((byte)0xFF);
            if (offset < 0 || (_position += offset) + 2 > _file.Length)
            {
                break;
            }

            Marker = _file[_position + 1];
            if (Marker == 0xFF)
            {
                _position++; // fill byte
                continue;
            }

            _position += 2;
            if (Marker == 0x00)
            {
                continue; // a stuffed 0xFF byte of compressed data
            }

            Segment = default;
            if (Marker is 0x01 or (>= 0xD0 and <= EndOfImage))
            {
                return true;
            }

            int length = _file.Length - _position < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16BigEndian(_file[_position..]);
            if (length > _file.Length - _position)
            {
                break;
            }

            Segment = length < 2 ? default : _file.Slice(_position + 2, length - 2); // the length includes its own two bytes
            _position += length;
            return true;
        }

        _position = _file.Length;
        return false;
    }
}
