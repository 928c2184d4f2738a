using System.Buffers.Binary;

namespace ResNet.Net.Internals.Imaging;

/// <summary>Tells by a file's own structure whether it stops before its end. The text of libvips' errors cannot tell: it has one buffer a process.</summary>
internal static class FileEnd
{
    public static bool IsMissing(ReadOnlySpan<byte> encoded, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => IsJpegCut(encoded),
        ImageFormat.Png => IsPngCut(encoded),
        ImageFormat.WebP => BinaryPrimitives.ReadUInt32LittleEndian(encoded[4..]) > encoded.Length - 8L,
        ImageFormat.Gif => IsGifCut(encoded),
        ImageFormat.Tiff => new TiffDirectory(encoded).IsCut,
        _ => false,
    };

    private static bool IsJpegCut(ReadOnlySpan<byte> file)
    {
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
        int position = file.Length > ScreenFlags ? 13 + ColourTableSize(file[ScreenFlags]) : file.Length;
        while (position < file.Length)
        {
            switch (file[position])
            {
                case 0x2C when position + FrameFlags < file.Length:
                    position = SkipSubBlocks(file, position + FrameFlags + 1 + ColourTableSize(file[position + FrameFlags]) + 1);
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

    private static int ColourTableSize(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    private static int SkipSubBlocks(ReadOnlySpan<byte> file, int position)
    {
        while (position < file.Length && file[position] != 0)
        {
            position += file[position] + 1;
        }

        return position + 1;
    }
}
