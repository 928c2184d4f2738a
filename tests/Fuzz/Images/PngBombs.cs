using System.Buffers.Binary;
using System.IO.Compression;

namespace ResNet.Net.Fuzz;

/// <summary>Writes PNG files, valid and hostile, and repairs the checksums of mutated ones.</summary>
internal static class PngBombs
{
    private static readonly byte[] Signature = [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A];

    /// <summary>Writes a file.</summary>
    /// <param name="width">The number of columns in the header.</param>
    /// <param name="height">The number of rows in the header.</param>
    /// <param name="bits">The number of bits per sample.</param>
    /// <param name="color">The color type.</param>
    /// <param name="data">The uncompressed rows, each with the byte of its filter.</param>
    /// <param name="interlaced">Whether the file is interlaced.</param>
    /// <param name="before">Chunks before the data.</param>
    public static byte[] Write(
        int width, int height, int bits, int color, byte[] data, bool interlaced = false, params byte[][] before)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bits, (byte)color, (byte)(interlaced ? 1 : 0));
        return
        [
            .. Signature, .. PngFiles.Chunk("IHDR"u8, header), .. before.SelectMany(chunk => chunk),
            .. PngFiles.Chunk("IDAT"u8, Deflate(data)), .. PngFiles.Chunk("IEND"u8, []),
        ];
    }

    public static IEnumerable<byte[]> Hostile()
    {
        byte[] palette = PngFiles.Chunk("PLTE"u8, BmpFiles.Pattern(48));
        byte[] noise = BmpFiles.Pattern(16 * 130);
        foreach (int color in (int[])[0, 2, 3, 4, 6, 1, 5, 7])
        {
            foreach (int bits in (int[])[1, 2, 4, 8, 16, 3])
            {
                yield return Write(16, 16, bits, color, noise, false, palette);
                yield return Write(16, 16, bits, color, noise, true, palette);
            }
        }

        byte[] zeros = new byte[16_004_000];
        yield return Write(2000, 2000, 8, 6, zeros); // 16 MB from 16 KB
        yield return Write(2000, 2000, 8, 6, zeros, interlaced: true);
        yield return Write(2000, 2000, 16, 6, zeros, interlaced: true);
        yield return Write(2000, 2000, 1, 3, zeros, false, palette);
        foreach (int side in (int[])[0, 1, 16_384, 16_385, 65_536, int.MaxValue, -1])
        {
            yield return Write(side, 1, 8, 2, noise);
            yield return Write(1, side, 8, 2, noise, interlaced: true);
            yield return Write(side, side, 8, 2, noise);
        }

        byte[] bomb = Deflate(zeros);
        byte[][] chunks =
        [
            PngFiles.Chunk("iCCP"u8, [.. "x\0\0"u8, .. bomb]),
            PngFiles.Chunk("zTXt"u8, [.. "Raw profile type exif\0\0"u8, .. bomb]),
            PngFiles.Chunk("iTXt"u8, [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. bomb]),
            PngFiles.Chunk("eXIf"u8, JpegFiles.Tiff(true, (0x112, 3, 1, 6))),
            PngFiles.Chunk("PLTE"u8, []),
            PngFiles.Chunk("PLTE"u8, BmpFiles.Pattern(3 * 300)),
            PngFiles.Chunk("tRNS"u8, BmpFiles.Pattern(300)),
            PngFiles.Chunk("gAMA"u8, [0, 0, 0, 0]),
            PngFiles.Chunk("sBIT"u8, [9, 9, 9, 9]),
            PngFiles.Chunk("bKGD"u8, [255]),
            PngFiles.Chunk("hIST"u8, BmpFiles.Pattern(32)),
            PngFiles.Chunk("CgBI"u8, [0, 0, 0, 0]),
        ];
        foreach (byte[] chunk in chunks)
        {
            yield return Write(16, 16, 8, 2, noise, false, chunk);
            yield return Write(16, 16, 8, 3, noise, false, palette, chunk);
            yield return Write(16, 16, 8, 2, noise, false, [.. Enumerable.Repeat(chunk, 20)]);
        }

        yield return Write(16, 16, 8, 2, noise, false, [.. Enumerable.Repeat(PngFiles.Chunk("tEXt"u8, "a\0b"u8), 10_000)]);
        yield return Animation(16, 16, noise, frames: 2000);
    }

    /// <summary>
    /// Corrects the checksum of every chunk, in every PNG file within the bytes. Otherwise the decoder rejects a mutation unread.
    /// </summary>
    public static void Repair(byte[] bytes)
    {
        int start = bytes.AsSpan().IndexOf(Signature);
        for (long at = start + 8L; start >= 0 && at + 12 <= bytes.Length;)
        {
            Span<byte> chunk = bytes.AsSpan((int)at);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > chunk.Length - 12)
            {
                break;
            }

            byte[] correct = PngFiles.Chunk(chunk.Slice(4, 4), chunk.Slice(8, (int)length));
            correct.CopyTo(chunk);
            at += correct.Length;
        }
    }

    /// <summary>Mutates the uncompressed rows of a file and compresses them again. Other files stay as they are.</summary>
    public static byte[] MutateRows(byte[] png, Random random)
    {
        int at = png.AsSpan().IndexOf("IDAT"u8);
        uint length = at < 8 ? uint.MaxValue : BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at - 4));
        if (length > png.Length - at - 8)
        {
            return png;
        }

        try
        {
            const int MaxRows = 1 << 20;
            using ZLibStream inflate = new(new MemoryStream(png, at + 4, (int)length), CompressionMode.Decompress);
            byte[] rows = new byte[MaxRows];
            rows = rows[..inflate.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false)];
            for (int edits = random.Next(1, 8); edits > 0 && rows.Length > 0; edits--)
            {
                rows[random.Next(rows.Length)] = (byte)random.Next(8); // often the filter of a row
            }

            rows = random.Next(4) == 0 ? rows[..random.Next(rows.Length + 1)] : rows;
            return [.. png.AsSpan(0, at - 4), .. PngFiles.Chunk("IDAT"u8, Deflate(rows)), .. png.AsSpan(at + (int)length + 8)];
        }
        catch (InvalidDataException)
        {
            return png;
        }
    }

    private static byte[] Animation(int width, int height, byte[] rows, int frames)
    {
        byte[] control = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(control, frames);
        byte[] frame = new byte[26];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), width);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(8), height);
        byte[] frameChunk = PngFiles.Chunk("fcTL"u8, frame);
        byte[] dataChunk = PngFiles.Chunk("fdAT"u8, [0, 0, 0, 1, .. Deflate(rows)]);
        byte[] file = Write(width, height, 8, 2, rows, false, PngFiles.Chunk("acTL"u8, control), frameChunk);
        return [.. file[..^12], .. Enumerable.Range(0, frames).SelectMany(_ => frameChunk.Concat(dataChunk)), .. file[^12..]];
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return packed.ToArray();
    }
}
