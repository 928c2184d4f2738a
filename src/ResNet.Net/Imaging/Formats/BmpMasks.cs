using System.Buffers.Binary;
using System.Numerics;

namespace ResNet.Net;

/// <summary>Detects bitmaps with a channel mask whose bits are not contiguous. Skia writes a console warning for each of them.</summary>
internal static class BmpMasks
{
    private const int FileHeaderSize = 14;
    private const int IcoHeaderSize = 6;
    private const int IcoEntrySize = 16;

    /// <summary>Determines whether a bitmap, or any bitmap of an icon, has a mask with gaps.</summary>
    public static bool HaveGaps(ReadOnlySpan<byte> encoded, ImageFormat format)
    {
        if (format == ImageFormat.Bmp)
        {
            return encoded.Length > FileHeaderSize && HaveGaps(encoded[FileHeaderSize..]);
        }

        if (format != ImageFormat.Ico || encoded.Length < IcoHeaderSize)
        {
            return false;
        }

        int entries = BinaryPrimitives.ReadUInt16LittleEndian(encoded[4..]);
        for (int entry = IcoHeaderSize; entries > 0 && entry + IcoEntrySize <= encoded.Length; entries--, entry += IcoEntrySize)
        {
            uint start = BinaryPrimitives.ReadUInt32LittleEndian(encoded[(entry + 12)..]);
            if (start < encoded.Length && HaveGaps(encoded[(int)start..]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HaveGaps(ReadOnlySpan<byte> header)
    {
        const int CompressionOffset = 16;
        const int FirstMaskOffset = 40;
        const int SizeWithAlphaMask = 56;
        int size = header.Length < FirstMaskOffset + 12 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(header);
        if (size < FirstMaskOffset || BinaryPrimitives.ReadUInt32LittleEndian(header[CompressionOffset..]) is not (3 or 6))
        {
            return false;
        }

        int masks = size >= SizeWithAlphaMask && header.Length >= FirstMaskOffset + 16 ? 4 : 3;
        int bitsPerPixel = BinaryPrimitives.ReadUInt16LittleEndian(header[14..]);
        for (int i = 0; i < masks; i++)
        {
            uint mask = BinaryPrimitives.ReadUInt32LittleEndian(header[(FirstMaskOffset + (4 * i))..]);
            mask = bitsPerPixel < 32 ? mask & ((1u << bitsPerPixel) - 1) : mask;
            int span = 32 - BitOperations.LeadingZeroCount(mask) - BitOperations.TrailingZeroCount(mask);
            if (mask != 0 && BitOperations.PopCount(mask) != span)
            {
                return true;
            }
        }

        return false;
    }
}
