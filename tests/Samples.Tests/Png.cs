using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Samples.Tests;

/// <summary>Reads 8-bit RGB PNG files independently of the library and of Draw.</summary>
internal sealed record Png(int Width, int Height, byte[] Rgb)
{
    private const int Channels = 3;

    public static Png Read(string path)
    {
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        rest[..8].ToArray().Should().Equal([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], "{0} must begin as a PNG file", path);
        rest = rest[8..];

        int width = 0, height = 0;
        using MemoryStream compressed = new();
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            ReadOnlySpan<byte> data = rest.Slice(8, length);
            switch (Encoding.ASCII.GetString(rest.Slice(4, 4)))
            {
                case "IHDR":
                    width = BinaryPrimitives.ReadInt32BigEndian(data);
                    height = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
                    data[8..].ToArray().Should().Equal([8, 2, 0, 0, 0], "only 8-bit RGB without interlacing is read");
                    break;
                case "IDAT":
                    compressed.Write(data);
                    break;
            }

            rest = rest[(length + 12)..];
        }

        compressed.Position = 0;
        return new Png(width, height, Unfilter(compressed, width * Channels, height));
    }

    private static byte[] Unfilter(Stream compressed, int stride, int height)
    {
        using ZLibStream inflate = new(compressed, CompressionMode.Decompress);
        byte[] rgb = new byte[stride * height];
        byte[] above = new byte[stride];
        for (int row = 0; row < height; row++)
        {
            int filter = inflate.ReadByte();
            Span<byte> current = rgb.AsSpan(row * stride, stride);
            inflate.ReadExactly(current);
            for (int i = 0; i < stride; i++)
            {
                int left = i >= Channels ? current[i - Channels] : 0;
                int corner = i >= Channels ? above[i - Channels] : 0;
                int predicted = filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => above[i],
                    3 => (left + above[i]) / 2,
                    4 => Paeth(left, above[i], corner),
                    _ => throw new InvalidDataException($"There is no PNG filter {filter}."),
                };
                current[i] = (byte)(current[i] + predicted);
            }

            current.CopyTo(above);
        }

        inflate.ReadByte().Should().Be(-1, "the rows are all there is");
        return rgb;
    }

    // The neighbor nearest to left + above - corner; ties in this order.
    private static int Paeth(int left, int above, int corner)
    {
        int estimate = left + above - corner;
        return new[] { left, above, corner }.MinBy(neighbor => Math.Abs(estimate - neighbor));
    }
}
