using System.Buffers.Binary;

namespace ResNet.Net.Tests;

/// <summary>Creates and edits the chunks of PNG files.</summary>
internal static class PngFiles
{
    private const int HeaderEnd = 33;

    /// <summary>Creates a chunk.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. data, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>Inserts chunks after the header of a file.</summary>
    public static byte[] WithChunks(byte[] png, params byte[][] chunks)
        => [.. png.AsSpan(0, HeaderEnd), .. chunks.SelectMany(c => c), .. png.AsSpan(HeaderEnd)];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
