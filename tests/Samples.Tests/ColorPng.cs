using SkiaSharp;

namespace ResNet.Net.Samples.Tests;

/// <summary>PNG images of one color.</summary>
internal static class ColorPng
{
    public static byte[] Encode(int width, int height, byte red, byte green, byte blue)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgb888x, SKAlphaType.Opaque));
        bitmap.Erase(new SKColor(red, green, blue));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100)!;
        return png.ToArray();
    }
}
