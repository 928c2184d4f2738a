using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>The first directory of a TIFF or BigTIFF file, as far as it tells where the pixels are and how they are stored.</summary>
internal readonly ref struct TiffDirectory
{
    private const int BitsPerSample = 258;
    private const int Compression = 259;
    private const int Photometric = 262;
    private const int StripOffsets = 273;
    private const int StripByteCounts = 279;
    private const int TileOffsets = 324;
    private const int TileByteCounts = 325;

    private readonly ReadOnlySpan<byte> _file;
    private readonly bool _isLittleEndian;
    private readonly bool _isBig;

    public TiffDirectory(ReadOnlySpan<byte> file)
    {
        _file = file;
        _isLittleEndian = file[0] == 'I';
        _isBig = file[_isLittleEndian ? 2 : 3] == 43;
        Entries offsets = default;
        Entries byteCounts = default;
        IsCommon = true;
        ulong start = Number(_isBig ? 8 : 4UL, Word);
        ulong count = Number(start, _isBig ? 8 : 2);
        ulong first = start + (_isBig ? 8UL : 2);
        ulong size = _isBig ? 20UL : 12;
        if (!Holds(start, _isBig ? 8UL : 2) || count > (ulong)file.Length / size || !Holds(first, count * size))
        {
            IsCut = true;
            return;
        }

        for (ulong at = first; at < first + (count * size); at += size)
        {
            int tag = (int)Number(at, 2);
            IsTiled |= tag is 322 or 323 or TileOffsets or TileByteCounts;
            if (tag is StripOffsets or TileOffsets)
            {
                offsets = ReadEntries(at);
            }
            else if (tag is StripByteCounts or TileByteCounts)
            {
                byteCounts = ReadEntries(at);
            }
            else if (tag is BitsPerSample or Compression or Photometric)
            {
                IsCommon &= IsCommonValue(tag, ReadEntries(at));
            }
        }

        IsCut = EndsBeyondFile(offsets, byteCounts);
    }

    /// <summary>Whether the pixels are stored in tiles, not in strips.</summary>
    public bool IsTiled { get; }

    /// <summary>Whether the directory or the pixels that it points to lie beyond the end of the file.</summary>
    public bool IsCut { get; }

    /// <summary>
    /// Whether the file is of a kind that every TIFF reader knows, as far as its first directory says: bits, compression and color space.
    /// </summary>
    public bool IsCommon { get; }

    private int Word => _isBig ? 8 : 4;

    private bool EndsBeyondFile(Entries offsets, Entries byteCounts)
    {
        if (!Fits(offsets) || !Fits(byteCounts))
        {
            return true;
        }

        for (ulong i = 0; i < Math.Min(offsets.Count, byteCounts.Count); i++)
        {
            ulong length = Number(byteCounts.Start + (i * (ulong)byteCounts.Size), byteCounts.Size);
            if (length > 0 && !Holds(Number(offsets.Start + (i * (ulong)offsets.Size), offsets.Size), length))
            {
                return true;
            }
        }

        return false;
    }

    // A value that fits is in the entry itself; a longer one elsewhere. Types other than SHORT, LONG and LONG8 hold no positions.
    private Entries ReadEntries(ulong at)
    {
        int size = Number(at + 2, 2) switch
        {
            3 => 2,
            4 => 4,
            16 => 8,
            _ => 0,
        };
        ulong count = size == 0 ? 0 : Number(at + 4, Word);
        ulong value = at + 4 + (ulong)Word;
        return new Entries(count > (ulong)(Word / Math.Max(size, 1)) ? Number(value, Word) : value, count, size);
    }

    // None, CCITT, LZW, JPEG (not the old kind), deflate, PackBits; gray, RGB, palette, CMYK, YCbCr.
    private bool IsCommonValue(int tag, Entries values)
    {
        ulong value = Number(values.Start, values.Size);
        return tag switch
        {
            BitsPerSample => value is 1 or 2 or 4 or 8 or 16 or 32 or 64,
            Compression => value is 1 or 2 or 3 or 4 or 5 or 7 or 8 or 32773 or 32946,
            _ => value <= 6,
        };
    }

    private bool Fits(Entries entries)
        => entries.Count == 0 || (entries.Count <= (ulong)_file.Length && Holds(entries.Start, entries.Count * (ulong)entries.Size));

    private bool Holds(ulong start, ulong length) => start <= (ulong)_file.Length && length <= (ulong)_file.Length - start;

    // Zero outside the file, and for values of other types.
    private ulong Number(ulong start, int size)
    {
        if (size == 0 || !Holds(start, (ulong)size))
        {
            return 0;
        }

        ReadOnlySpan<byte> bytes = _file.Slice((int)start, size);
        return size switch
        {
            2 => _isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => _isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => _isLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
    }

    private readonly record struct Entries(ulong Start, ulong Count, int Size);
}
