namespace ResNet.Net.Fuzz;

/// <summary>Writes GIF files, valid and hostile.</summary>
internal static class GifFiles
{
    /// <summary>Writes a file whose frames all have the same pixels.</summary>
    /// <param name="width">The number of columns of the screen and the frames.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="indices">The pixels of a frame: indices into a palette of 16 colors.</param>
    /// <param name="frames">The number of frames.</param>
    /// <param name="flags">The flags of each frame, such as 0x40 for interlaced.</param>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> indices, int frames = 1, int flags = 0)
    {
        byte[] codes = Compress(indices, 4);
        BinaryFile file = Header(width, height);
        for (int i = 0; i < frames; i++)
        {
            Frame(file, width, height, flags).Bytes(4);
            Blocks(file, codes);
        }

        return file.Bytes(0x3B).ToArray();
    }

    public static IEnumerable<byte[]> Hostile()
    {
        byte[] pixels = [.. Enumerable.Range(0, 16 * 16).Select(i => (byte)(i % 16))];
        yield return Write(16, 16, pixels);
        yield return Write(16, 16, pixels, flags: 0x40);
        yield return Write(16, 16, pixels, frames: 2000); // an animation
        yield return Write(2000, 2000, new byte[4_000_000]); // a thousand pixels a byte
        yield return Write(2000, 2000, new byte[16], flags: 0x40);
        yield return Write(2000, 2000, new byte[16], frames: 500);
        int[] sizes = [0, 1, 2000, 16_384, 65_535];
        foreach (int width in sizes)
        {
            foreach (int height in sizes)
            {
                yield return Write(width, height, pixels);
                BinaryFile small = Header(width, height);
                Blocks(Frame(small, 4, 4, 0, left: 3000).Bytes(4), Compress(pixels, 4));
                yield return small.Bytes(0x3B).ToArray();
                BinaryFile large = Header(4, 4);
                Blocks(Frame(large, width, height, 0).Bytes(4), Compress(pixels, 4));
                yield return large.Bytes(0x3B).ToArray();
            }
        }

        for (int codeSize = 0; codeSize <= 13; codeSize++)
        {
            BinaryFile file = Header(16, 16);
            Blocks(Frame(file, 16, 16, 0).Bytes((byte)codeSize), BmpFiles.Pattern(300));
            yield return file.Bytes(0x3B).ToArray();
        }

        // Extensions: comments, an application's data, plain text, endless transparency.
        BinaryFile extensions = Header(16, 16).Repeat(20_000, 0x21, 0xFE, 1, 65, 0).Repeat(5000, 0x21, 0xF9, 4, 9, 0, 0, 3, 0);
        Blocks(extensions.Bytes(0x21, 0xFF, 11).Bytes("XMP DataXMP"u8), BmpFiles.Pattern(40_000));
        Blocks(Frame(extensions, 16, 16, 0).Bytes(4), Compress(pixels, 4));
        yield return extensions.Bytes(0x3B).ToArray();
    }

    private static BinaryFile Header(int width, int height)
        => new BinaryFile().Bytes("GIF89a"u8).Int16(width).Int16(height).Bytes(0xF3, 0, 0).Bytes(BmpFiles.Pattern(48));

    private static BinaryFile Frame(BinaryFile file, int width, int height, int flags, int left = 0)
        => file.Bytes(0x2C).Int16(left).Int16(0).Int16(width).Int16(height).Bytes((byte)flags);

    private static void Blocks(BinaryFile file, ReadOnlySpan<byte> data)
    {
        for (int at = 0; at < data.Length; at += 255)
        {
            ReadOnlySpan<byte> block = data.Slice(at, Math.Min(255, data.Length - at));
            file.Bytes((byte)block.Length).Bytes(block);
        }

        file.Bytes(0);
    }

    /// <summary>Compresses indices with LZW, as GIF does.</summary>
    private static byte[] Compress(ReadOnlySpan<byte> indices, int bits)
    {
        (int clear, int size, int next) = (1 << bits, bits + 1, (1 << bits) + 2);
        Dictionary<(int Prefix, byte Index), int> table = [];
        List<byte> output = [];
        (uint buffer, int used) = (0, 0);
        Emit(clear);
        int prefix = -1;
        foreach (byte index in indices)
        {
            if (prefix < 0)
            {
                prefix = index;
            }
            else if (table.TryGetValue((prefix, index), out int code))
            {
                prefix = code;
            }
            else
            {
                Emit(prefix);
                table[(prefix, index)] = next++;
                size += next > 1 << size && size < 12 ? 1 : 0;
                if (next == 4095)
                {
                    Emit(clear);
                    table.Clear();
                    (size, next) = (bits + 1, (1 << bits) + 2);
                }

                prefix = index;
            }
        }

        Emit(Math.Max(prefix, 0));
        Emit(clear + 1);
        output.Add((byte)buffer);
        return [.. output];

        void Emit(int code)
        {
            buffer |= (uint)code << used;
            for (used += size; used >= 8; used -= 8, buffer >>= 8)
            {
                output.Add((byte)buffer);
            }
        }
    }
}
