using System.Buffers.Binary;

namespace ResNet.Net;

/// <summary>Tells by the structure of a file whether it ends early. Skia cannot tell: it completes some images that do, and calls others damaged.</summary>
internal static class FileEnd
{
    public static bool IsMissing(ReadOnlySpan<byte> encoded, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => IsJpegCut(encoded),
        ImageFormat.Png => IsPngCut(encoded),
        ImageFormat.WebP => BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) > encoded.Length - 8L,
        ImageFormat.Gif => IsGifCut(encoded),
        ImageFormat.Bmp => IsBmpCut(encoded),
        ImageFormat.Ico => IsIcoCut(encoded),
        _ => false,
    };

    private static bool IsJpegCut(ReadOnlySpan<byte> file)
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

    private static bool IsPngCut(ReadOnlySpan<byte> file)
    {
        const int LengthTypeAndChecksum = 12;
        long position = 8;
        while (position + LengthTypeAndChecksum <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)position..];
            if (chunk.Slice(4, 4).SequenceEqual("IEND"u8))
            {
                return false;
            }

            position += LengthTypeAndChecksum + (long)BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return true;
    }

    private static bool IsGifCut(ReadOnlySpan<byte> file)
    {
        const int ScreenFlags = 10;
        const int FrameFlags = 9;
        int position = file.Length > ScreenFlags ? 13 + ColorTableSize(file[ScreenFlags]) : file.Length;
        while (position < file.Length)
        {
            switch (file[position])
            {
                case 0x2C when position + FrameFlags < file.Length:
                    position = SkipSubBlocks(file, position + FrameFlags + 1 + ColorTableSize(file[position + FrameFlags]) + 1);
                    break;
                case 0x21:
                    position = SkipSubBlocks(file, position + 2);
                    break;
                default:
                    return file[position] == 0x2C; // a frame's head cut; the trailer; or no block at all, which is damage
            }
        }

        return true;
    }

    private static bool IsBmpCut(ReadOnlySpan<byte> file)
    {
        const int FirstSizes = 26;
        return file.Length < FirstSizes || BinaryPrimitives.ReadUInt32LittleEndian(file[2..]) > file.Length;
    }

    private static bool IsIcoCut(ReadOnlySpan<byte> file)
    {
        const int Header = 6;
        const int EntrySize = 16;
        int entries = file.Length < Header ? 1 : BinaryPrimitives.ReadUInt16LittleEndian(file[4..]);
        if (file.Length < Header + (entries * EntrySize))
        {
            return true;
        }

        for (int i = 0; i < entries; i++)
        {
            ReadOnlySpan<byte> entry = file.Slice(Header + (i * EntrySize), EntrySize);
            if ((long)BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) + BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]) > file.Length)
            {
                return true;
            }
        }

        return false;
    }

    private static int ColorTableSize(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    private static int SkipSubBlocks(ReadOnlySpan<byte> file, int position)
    {
        while (position < file.Length && file[position] != 0)
        {
            position += file[position] + 1;
        }

        return position + 1;
    }
}
