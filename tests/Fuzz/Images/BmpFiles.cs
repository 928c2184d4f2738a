namespace ResNet.Net.Fuzz;

/// <summary>Writes BMP files, valid and hostile.</summary>
internal static class BmpFiles
{
    /// <summary>Writes a file with a header of 40 bytes.</summary>
    /// <param name="width">The number of columns in the header.</param>
    /// <param name="height">The number of rows in the header; negative for top-down.</param>
    /// <param name="bits">The number of bits per pixel.</param>
    /// <param name="data">The masks, the palette and the pixels.</param>
    /// <param name="compression">The compression.</param>
    /// <param name="colors">The number of palette entries in the header.</param>
    /// <param name="offset">The offset of the pixels; <see langword="null"/> for the end of the header.</param>
    public static byte[] Write(int width, int height, int bits, byte[] data, int compression = 0, long colors = 0, int? offset = null)
        => new BinaryFile().Bytes("BM"u8).Int32(54 + data.Length).Int32(0).Int32(offset ?? 54)
            .Int32(40).Int32(width).Int32(height).Int16(1).Int16(bits).Int32(compression).Int32(0).Int32(2835).Int32(2835)
            .Int32(colors).Int32(0).Bytes(data).ToArray();

    public static IEnumerable<byte[]> Hostile()
    {
        byte[] rows = Pattern(16 * 16 * 4);
        foreach (int bits in (int[])[0, 1, 2, 4, 8, 16, 24, 32, 33, 64])
        {
            yield return Write(13, 7, bits, [.. Palette(256), .. rows], offset: 54 + 1024);
            yield return Write(13, -7, bits, rows);
            yield return Write(2000, 2000, bits, rows);
        }

        int[] sizes = [0, 1, -1, 16_384, 16_385, 65_536, int.MaxValue, int.MinValue];
        foreach (int width in sizes)
        {
            foreach (int height in sizes)
            {
                yield return Write(width, height, 24, rows);
            }
        }

        foreach (long colors in (long[])[1, 2, 255, 256, 257, 65_536, uint.MaxValue])
        {
            yield return Write(8, 8, 8, [.. Palette(4), .. rows], colors: colors, offset: 54 + 16);
        }

        foreach (int compression in (int[])[1, 2, 3, 4, 5, 6, 11, 12, 13])
        {
            yield return Write(31, 9, compression == 2 ? 4 : 8, [.. Palette(256), .. rows], compression, offset: 54 + 1024);
            yield return Write(8, 8, 16, [.. Masks(0xF800, 0x07E0, 0x001F), .. rows], compression);
            yield return Write(8, 8, 32, [.. Masks(-1, -1, -1), .. rows], compression);
        }

        // Run-length encoding: runs beyond the row, jumps beyond the image, absolute blocks that end early, many ends of rows.
        byte[][] codes =
        [
            [255, 1, 255, 2, 255, 3, 0, 1],
            [0, 2, 255, 255, 0, 2, 255, 255, 9, 9, 0, 1],
            [0, 255, 1, 2, 3],
            [.. Enumerable.Repeat<byte>(0, 4000)],
            [.. Enumerable.Repeat((byte[])[0, 2, 0, 0], 20_000).SelectMany(code => code), 0, 1],
            [0, 1],
        ];
        foreach (byte[] code in codes)
        {
            yield return Write(16, 16, 8, [.. Palette(256), .. code], 1, offset: 54 + 1024);
            yield return Write(2000, 2000, 8, [.. Palette(256), .. code], 1, offset: 54 + 1024);
            yield return Write(16, 16, 4, [.. Palette(16), .. code], 2, offset: 54 + 64);
        }
    }

    public static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 37) + (i >> 4)))];

    private static byte[] Palette(int colors) => Pattern(colors * 4);

    private static byte[] Masks(params long[] masks)
    {
        BinaryFile file = new();
        foreach (long mask in masks)
        {
            file.Int32(mask);
        }

        return file.ToArray();
    }
}
