using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Samples.Draw;

/// <summary>Writes 8-bit RGB PNG files.</summary>
public static class PngWriter
{
    private const int Channels = 3;
    private const int FilterCount = 5;

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcEntry)];

    public static byte[] Write(int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n']);

        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits per channel
        header[9] = 2; // RGB
        WriteChunk(png, "IHDR", header);

        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            WriteRows(deflate, width * Channels, height, rgb);
        }

        WriteChunk(png, "IDAT", data.ToArray());
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    // Per row the filter with the smallest sum of absolute differences, as the PNG specification suggests.
    private static void WriteRows(Stream stream, int stride, int height, ReadOnlySpan<byte> rgb)
    {
        byte[] above = new byte[stride], candidate = new byte[stride + 1], best = new byte[stride + 1];
        for (int row = 0; row < height; row++)
        {
            ReadOnlySpan<byte> current = rgb.Slice(row * stride, stride);
            int smallest = int.MaxValue;
            for (byte filter = 0; filter < FilterCount; filter++)
            {
                int sum = Filter(filter, current, above, candidate);
                if (sum < smallest)
                {
                    smallest = sum;
                    (best, candidate) = (candidate, best);
                }
            }

            stream.Write(best);
            current.CopyTo(above);
        }
    }

    private static int Filter(byte filter, ReadOnlySpan<byte> current, ReadOnlySpan<byte> above, Span<byte> output)
    {
        output[0] = filter;
        int sum = 0;
        for (int i = 0; i < current.Length; i++)
        {
            int left = i >= Channels ? current[i - Channels] : 0;
            int corner = i >= Channels ? above[i - Channels] : 0;
            int predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => Paeth(left, above[i], corner),
            };
            byte difference = unchecked((byte)(current[i] - predicted));
            output[i + 1] = difference;
            sum += Math.Abs((int)unchecked((sbyte)difference));
        }

        return sum;
    }

    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        int toLeft = Math.Abs(estimate - left), toAbove = Math.Abs(estimate - above), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static void WriteChunk(Stream stream, string type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32(chunk.AsSpan(4, data.Length + 4)));
        stream.Write(chunk);
    }

    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint CrcEntry(int index)
    {
        uint entry = (uint)index;
        for (int bit = 0; bit < 8; bit++)
        {
            entry = (entry & 1) != 0 ? (entry >> 1) ^ 0xEDB88320u : entry >> 1;
        }

        return entry;
    }
}
