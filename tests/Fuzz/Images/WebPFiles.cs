using System.Buffers.Binary;

namespace ResNet.Net.Fuzz;

/// <summary>Writes hostile WebP and ICO files.</summary>
internal static class WebPFiles
{
    /// <summary>Gets hostile WebP files.</summary>
    /// <param name="simple">A file with one image chunk.</param>
    public static IEnumerable<byte[]> Hostile(byte[] simple)
    {
        byte[] image = simple[12..];
        foreach (int side in (int[])[1, 2000, 16_384, 1 << 24])
        {
            foreach (int flags in (int[])[0, 0x02, 0x10, 0x2C, 0xFF])
            {
                yield return Riff(Extended(side, side, flags), image);
                byte[][] frames = [.. Enumerable.Repeat(Frame(0, 0, 16, 16, image), 1000)];
                yield return Riff([Extended(side, side, flags | 2), Chunk("ANIM"u8, new byte[6]), .. frames]);
                yield return Riff(Extended(side, side, flags | 2), Chunk("ANIM"u8, new byte[6]), Frame(side, side, side, side, image));
            }
        }

        byte[][] metadata =
        [
            Chunk("ICCP"u8, BmpFiles.Pattern(100_000)),
            Chunk("EXIF"u8, JpegFiles.Tiff(true, (0x112, 3, 1, 6), (0x8769, 4, 1, 8))),
            Chunk("XMP "u8, BmpFiles.Pattern(100_000)),
            Chunk("ALPH"u8, BmpFiles.Pattern(1000)),
        ];
        yield return Riff([Extended(16, 16, 0x2C), .. metadata, image, .. metadata]);
        yield return Riff([Extended(16, 16, 0), .. Enumerable.Repeat(Chunk("JUNK"u8, []), 20_000), image]);
    }

    /// <summary>Gets hostile icons.</summary>
    /// <param name="png">A PNG file to embed.</param>
    public static IEnumerable<byte[]> HostileIcons(byte[] png)
    {
        byte[] bitmap = BmpFiles.Write(16, 32, 32, BmpFiles.Pattern(2000))[14..];
        foreach (byte[] content in (byte[][])[png, bitmap, BmpFiles.Write(2000, 4000, 32, [])[14..], [0, 0, 1, 0, 1, 0]])
        {
            foreach (int entries in (int[])[0, 1, 2, 255, 256, 257, 65_535])
            {
                yield return Icon(content, entries, content.Length, 6 + (16 * entries));
                yield return Icon(content, entries, int.MaxValue, 0);
            }
        }
    }

    /// <summary>Corrects the size in the header, so that a mutation reaches the codec.</summary>
    public static void Repair(Span<byte> bytes)
    {
        if (bytes.Length > 12 && bytes.StartsWith("RIFF"u8))
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], bytes.Length - 8);
        }
    }

    private static byte[] Icon(byte[] content, int entries, int length, int offset)
    {
        BinaryFile file = new BinaryFile().Int16(0).Int16(1).Int16(entries);
        for (int i = 0; i < entries; i++)
        {
            file.Bytes((byte)i, (byte)i, 0, 0).Int16(1).Int16(32).Int32(length).Int32(offset);
        }

        return file.Bytes(content).ToArray();
    }

    private static byte[] Riff(params byte[][] chunks)
    {
        byte[] content = [.. chunks.SelectMany(chunk => chunk)];
        return new BinaryFile().Bytes("RIFF"u8).Int32(content.Length + 4).Bytes("WEBP"u8).Bytes(content).ToArray();
    }

    private static byte[] Extended(int width, int height, int flags)
        => Chunk("VP8X"u8, new BinaryFile().Int32(flags).Bytes(Int24(width - 1)).Bytes(Int24(height - 1)).ToArray());

    private static byte[] Frame(int x, int y, int width, int height, byte[] image)
        => Chunk("ANMF"u8, new BinaryFile().Bytes(Int24(x / 2)).Bytes(Int24(y / 2)).Bytes(Int24(width - 1)).Bytes(Int24(height - 1))
            .Int32(100).Bytes(image).ToArray());

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
        => new BinaryFile().Bytes(type).Int32(content.Length).Bytes(content).Repeat(content.Length & 1, 0).ToArray();

    private static byte[] Int24(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];
}
