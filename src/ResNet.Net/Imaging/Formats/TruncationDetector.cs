using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>
/// Determines from the structure of a file whether it ends early. Skia fills in some truncated images and reports others as damaged.
/// </summary>
internal static class TruncationDetector
{
    public static bool IsTruncated(ReadOnlySpan<byte> encoded, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => IsJpegTruncated(encoded),
        ImageFormat.Png => IsPngTruncated(encoded),
        ImageFormat.WebP => BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) > encoded.Length - 8L,
        ImageFormat.Gif => IsGifTruncated(encoded),
        ImageFormat.Bmp => IsBmpTruncated(encoded),
        ImageFormat.Ico => IsIcoTruncated(encoded),
        _ => false,
    };

    private static bool IsJpegTruncated(ReadOnlySpan<byte> file)
    {
        if (file.EndsWith((ReadOnlySpan<byte>)[0xFF, JpegMarkers.EndOfImage]))
        {
            return false;
        }

        JpegMarkers markers = new(file);
        while (markers.MoveNext())
        {
            if (markers.Marker == JpegMarkers.EndOfImage)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPngTruncated(ReadOnlySpan<byte> file)
    {
        const int ChunkOverhead = 12; // length, type, checksum
        long position = 8;
        while (position + ChunkOverhead <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)position..];
            if (chunk.Slice(4, 4).SequenceEqual("IEND"u8))
            {
                return false;
            }

            position += ChunkOverhead + (long)BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return true;
    }

    private static bool IsGifTruncated(ReadOnlySpan<byte> file)
    {
        const int ScreenFlagsOffset = 10;
        const int FrameFlagsOffset = 9;
        int position = file.Length > ScreenFlagsOffset ? 13 + GetColorTableSize(file[ScreenFlagsOffset]) : file.Length;
        while (position < file.Length)
        {
            switch (file[position])
            {
                case 0x2C when position + FrameFlagsOffset < file.Length:
                    int flags = position + FrameFlagsOffset;
                    position = SkipSubBlocks(file, flags + 1 + GetColorTableSize(file[flags]) + 1);
                    break;
                case 0x21:
                    position = SkipSubBlocks(file, position + 2);
                    break;
                default:
                    // A frame with a truncated header; otherwise the trailer, or an invalid block, which is damage.
                    return file[position] == 0x2C;
            }
        }

        return true;
    }

    private static bool IsBmpTruncated(ReadOnlySpan<byte> file)
    {
        const int MinimumLength = 26;
        return file.Length < MinimumLength || BinaryPrimitives.ReadUInt32LittleEndian(file[2..]) > file.Length;
    }

    private static bool IsIcoTruncated(ReadOnlySpan<byte> file)
    {
        const int HeaderSize = 6;
        const int EntrySize = 16;
        int entries = file.Length < HeaderSize ? 1 : BinaryPrimitives.ReadUInt16LittleEndian(file[4..]);
        if (file.Length < HeaderSize + (entries * EntrySize))
        {
            return true;
        }

        for (int i = 0; i < entries; i++)
        {
            ReadOnlySpan<byte> entry = file.Slice(HeaderSize + (i * EntrySize), EntrySize);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            long offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (offset + length > file.Length)
            {
                return true;
            }
        }

        return false;
    }

    private static int GetColorTableSize(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    private static int SkipSubBlocks(ReadOnlySpan<byte> file, int position)
    {
        while (position < file.Length && file[position] != 0)
        {
            position += file[position] + 1;
        }

        return position + 1;
    }
}
