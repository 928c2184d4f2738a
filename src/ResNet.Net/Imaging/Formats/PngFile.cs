using SkiaSharp;

namespace ResNet.Net;

/// <summary>Encodes PNG files.</summary>
internal static unsafe class PngFile
{
    /// <summary>Encodes an image.</summary>
    /// <param name="rgb">The packed RGB pixels, <c>[height, width, 3]</c>.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="compress">Whether to compress the file; encoding is faster without.</param>
    /// <returns>The encoded file.</returns>
    public static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, bool compress = true)
    {
        // Skia has no packed 24-bit format.
        byte[] pixels = new byte[checked(width * height * 4)];
        for (int from = 0, to = 0; to < pixels.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(pixels.AsSpan(to));
        }

        fixed (byte* memory = pixels)
        {
            using SKPixmap pixmap = new(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque), (nint)memory);
            SKPngEncoderOptions options = compress ? SKPngEncoderOptions.Default : new(SKPngEncoderFilterFlags.NoFilters, 0);
            using SKData? encoded = pixmap.Encode(options);
            return encoded?.ToArray() ?? throw new ResNetException($"An image of {width}x{height} pixels could not be encoded as PNG.");
        }
    }
}
