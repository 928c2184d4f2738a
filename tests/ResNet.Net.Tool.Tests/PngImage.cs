using SkiaSharp;

namespace ResNet.Net.Tool.Tests;

/// <summary>Creates PNG images.</summary>
internal static class PngImage
{
    /// <summary>An image of one color.</summary>
    public static byte[] Solid(int width, int height, (byte Red, byte Green, byte Blue) color)
    {
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(color.Red, color.Green, color.Blue));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
