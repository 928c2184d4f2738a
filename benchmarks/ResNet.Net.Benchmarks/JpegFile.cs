using SkiaSharp;

namespace ResNet.Net.Benchmarks;

/// <summary>Encodes drawn images at quality 90 with 4:2:0 subsampling, as cameras and websites do.</summary>
internal static unsafe class JpegFile
{
    private const int Quality = 90;

    public static byte[] Encode(byte[] rgb, int width, int height)
    {
        byte[] pixels = new byte[width * height * 4];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.AsSpan(from, 3).CopyTo(pixels.AsSpan(to));
        }

        fixed (byte* memory = pixels)
        {
            using SKPixmap pixmap = new(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque), (nint)memory);
            using SKData jpeg = pixmap.Encode(
                new SKJpegEncoderOptions(Quality, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore))!;
            return jpeg.ToArray();
        }
    }
}
