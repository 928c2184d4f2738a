using System.Buffers.Binary;
using System.Numerics;

namespace ResNet.Net;

/// <summary>Recognizes bitmaps whose channels are no runs of bits. Skia would write a warning to the console for each.</summary>
internal static class BmpMasks
{
    private const int FileHeader = 14;
    private const int IcoHeader = 6;
    private const int IcoEntry = 16;

    /// <summary>Whether a bitmap, or a bitmap of an icon, has such channels.</summary>
    public static bool AreBroken(ReadOnlySpan<byte> encoded, ImageFormat format)
    {
        if (format == ImageFormat.Bmp)
        {
            return encoded.Length > FileHeader && AreBroken(encoded[FileHeader..]);
        }

        if (format != ImageFormat.Ico || encoded.Length < IcoHeader)
        {
            return false;
        }

        int entries = BinaryPrimitives.ReadUInt16LittleEndian(encoded[4..]);
        for (int at = IcoHeader; entries > 0 && at + IcoEntry <= encoded.Length; entries--, at += IcoEntry)
        {
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(encoded[(at + 12)..]);
            if (start < encoded.Length && AreBroken(encoded[(int)start..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreBroken(ReadOnlySpan<byte> header)
    {
        const int Compression = 16;
        const int FirstMask = 40;
        const int WithAlpha = 56;
        int size = header.Length < FirstMask + 12 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(header);
        if (size < FirstMask || BinaryPrimitives.ReadUInt32LittleEndian(header[Compression..]) is not (3 or 6))
        {
            return false;
        }

        int masks = size >= WithAlpha && header.Length >= FirstMask + 16 ? 4 : 3;
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(header[14..]);
        for (int i = 0; i < masks; i++)
        {
            uint mask = BinaryPrimitives.ReadUInt32LittleEndian(header[(FirstMask + (4 * i))..]);
            mask = bits < 32 ? mask & ((1u << bits) - 1) : mask;
            if (mask != 0 && BitOperations.PopCount(mask) + BitOperations.TrailingZeroCount(mask) + BitOperations.LeadingZeroCount(mask) != 32)
            {
                return true;
            }
        }

        return false;
    }
}
