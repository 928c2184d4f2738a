using System.Buffers.Binary;
using System.IO.Compression;

namespace ResNet.Net.Tests;

/// <summary>Writes PNG files chunk by chunk, to the PNG specification and without any library.</summary>
internal static class PngFiles
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>An 8-bit RGB image; pixel (x, y) is (10 * x, 10 * y, 77).</summary>
    /// <param name="missing">How many bytes of the pixel data are left out.</param>
    public static byte[] Rgb(int width, int height, bool isInterlaced, int missing = 0)
    {
        using MemoryStream raw = new();
        foreach ((int x, int y, int stepX, int stepY) in isInterlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            for (int row = y; row < height && x < width; row += stepY)
            {
                raw.WriteByte(0);
                for (int column = x; column < width; column += stepX)
                {
                    raw.Write([(byte)(10 * column), (byte)(10 * row), 77]);
                }
            }
        }

        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(raw.ToArray().AsSpan(0, (int)raw.Length - missing));
        }

        return File(Header(width, height, isInterlaced), Chunk("IDAT"u8, compressed.ToArray()), Chunk("IEND"u8, []));
    }

    public static byte[] Header(int width, int height, bool isInterlaced)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (8, 2, (byte)(isInterlaced ? 1 : 0));
        return Chunk("IHDR"u8, header);
    }

    public static byte[] File(params byte[][] chunks) => [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. chunks.SelectMany(chunk => chunk)];

    public static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }
}
