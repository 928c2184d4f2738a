using System.Buffers.Binary;
using SkiaSharp;

namespace ResNet.Net.Fuzz;

/// <summary>Writes hostile JPEG files.</summary>
internal static class JpegBombs
{
    /// <summary>Gets hostile files.</summary>
    /// <param name="progressive">A progressive file.</param>
    /// <param name="baseline">A baseline file.</param>
    public static IEnumerable<byte[]> Hostile(byte[] progressive, byte[] baseline)
    {
        foreach (int scans in (int[])[66, 99, 100, 2000])
        {
            byte[] bomb = JpegFiles.WithScans(progressive, scans);
            yield return bomb;
            yield return WithSize(bomb, 2000, 2000);
        }

        int[] sizes = [0, 1, 2000, 16_384, 16_385, 65_500, 65_535];
        foreach (int width in sizes)
        {
            foreach (int height in sizes)
            {
                yield return WithSize(baseline, width, height);
                yield return WithSize(progressive, width, height);
            }
        }

        // Profiles in 255 parts and in parts that do not belong together, metadata that points to itself, comments.
        byte[][] profile = [.. Enumerable.Range(1, 255).Select(i => Profile(i, 255, 2000))];
        byte[] loop = JpegFiles.Tiff(true, (0x112, 3, 1, 6), (0x8769, 4, 1, 8), (0x014A, 4, 1, 8));
        BinaryPrimitives.WriteInt32LittleEndian(loop.AsSpan(loop.Length - 4), 8);
        yield return JpegFiles.WithSegments(baseline, profile);
        yield return JpegFiles.WithSegments(baseline, Profile(1, 1, 65_000), Profile(9, 3, 10), Profile(0, 0, 10));
        yield return JpegFiles.WithSegments(baseline, JpegFiles.Exif(loop));
        yield return JpegFiles.WithSegments(baseline, [.. Enumerable.Repeat(JpegFiles.Exif(loop), 500)]);
        (int, int, int, int)[] many = [.. Enumerable.Range(0, 5000).Select(i => (i % 7 == 0 ? 0x112 : i, 4, int.MaxValue, 8))];
        yield return JpegFiles.WithSegments(baseline, JpegFiles.Exif(JpegFiles.Tiff(false, many)));
        yield return JpegFiles.WithSegments(baseline, Xmp(60_000));
        yield return JpegFiles.WithSegments(baseline, [.. Enumerable.Repeat(JpegFiles.Segment(0xFE, "x"u8), 50_000)]);
        yield return JpegFiles.WithSegments(baseline, [.. Enumerable.Repeat(JpegFiles.Segment(0xDD, [0, 1]), 100)]);
        foreach (int transform in (int[])[0, 1, 2, 255])
        {
            yield return JpegFiles.WithSegments(
                baseline, JpegFiles.Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)transform]));
        }
    }

    /// <summary>Encodes a drawn image with Skia.</summary>
    public static byte[] Encode(int width, int height, SKEncodedImageFormat format, int quality)
    {
        using SKBitmap bitmap = new(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 9), (byte)(y * 7), (byte)(x ^ y), (byte)(x + y)));
            }
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>Replaces the size in the frame header.</summary>
    public static byte[] WithSize(byte[] jpeg, int width, int height)
    {
        byte[] bytes = [.. jpeg];
        foreach (int marker in (int[])[0xC0, 0xC1, 0xC2])
        {
            foreach (int at in JpegFiles.Find(bytes, marker).Take(1))
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 5), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 7), (ushort)width);
            }
        }

        return bytes;
    }

    private static byte[] Profile(int part, int parts, int length)
        => JpegFiles.Segment(0xE2, [.. "ICC_PROFILE\0"u8, (byte)part, (byte)parts, .. BmpFiles.Pattern(length)]);

    private static byte[] Xmp(int length)
    {
        BinaryFile text = new BinaryFile().Bytes("http://ns.adobe.com/xap/1.0/\0"u8).Repeat(length / 3, "<a>"u8);
        return JpegFiles.Segment(0xE1, text.ToArray());
    }
}
