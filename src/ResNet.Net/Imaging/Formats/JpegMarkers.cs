using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>Walks from marker to marker of a JPEG file, over filling and compressed data. Never reads beyond the file.</summary>
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

    /// <summary>The second byte of the marker.</summary>
    public int Marker { get; private set; }

    /// <summary>What follows the marker and its length; empty for markers that stand alone.</summary>
    public ReadOnlySpan<byte> Segment { get; private set; }

    /// <summary>Goes to the next marker; false at the end of the file, or where a segment goes beyond it.</summary>
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
                _position++; // filling
                continue;
            }

            _position += 2;
            if (Marker == 0x00)
            {
                continue; // a byte 0xFF of compressed data
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

            Segment = length < 2 ? default : _file.Slice(_position + 2, length - 2); // a length counts itself
            _position += length;
            return true;
        }

        _position = _file.Length;
        return false;
    }
}
