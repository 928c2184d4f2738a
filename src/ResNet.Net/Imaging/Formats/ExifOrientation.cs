using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>Reads the orientation from the TIFF structure of EXIF metadata.</summary>
internal static class ExifOrientation
{
    private const int Tag = 274;
    private const int Short = 3;

    /// <summary>Reads the orientation.</summary>
    /// <param name="tiff">The TIFF structure, which begins with <c>II</c> or <c>MM</c>.</param>
    /// <returns>
    /// The orientation, 1 to 8; 1 if none is stored; 0 if it is invalid: the structure is damaged, the entry is not a single SHORT from 1
    /// to 8, or two entries differ.
    /// </returns>
    public static int Read(ReadOnlySpan<byte> tiff)
    {
        const int HeaderSize = 8;
        const int EntrySize = 12;
        bool isLittleEndian = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < HeaderSize || !(isLittleEndian || tiff.StartsWith("MM\0*"u8)))
        {
            return 0;
        }

        uint start = ReadUInt32(tiff[4..], isLittleEndian);
        if (start > tiff.Length - 2)
        {
            return 0;
        }

        ReadOnlySpan<byte> entries = tiff[(int)start..];
        int count = ReadUInt16(entries, isLittleEndian);
        if (count * EntrySize > entries.Length - 2)
        {
            return 0;
        }

        int? orientation = null;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(2 + (i * EntrySize), EntrySize);
            if (ReadUInt16(entry, isLittleEndian) == Tag)
            {
                bool isOneShort = ReadUInt16(entry[2..], isLittleEndian) == Short && ReadUInt32(entry[4..], isLittleEndian) == 1;
                int value = isOneShort ? ReadUInt16(entry[8..], isLittleEndian) : 0;
                orientation = (orientation ?? value) == value && value <= 8 ? value : 0; // some writers repeat the entry
            }
        }

        return orientation ?? 1;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool isLittleEndian)
        => isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool isLittleEndian)
        => isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
