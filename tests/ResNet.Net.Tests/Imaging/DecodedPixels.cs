namespace ResNet.Net.Tests;

/// <summary>Converts decoded pixels of any layout.</summary>
internal static class DecodedPixels
{
    /// <summary>Converts to packed RGB. Alpha is blended over black: <c>round(color * alpha / 255)</c>.</summary>
    public static byte[] Rgb(this DecodedImage image) => Rgb(image.Pixels);

    public static byte[] Rgb(PixelView view)
    {
        byte[] rgb = new byte[view.Width * view.Height * 3];
        int size = PixelView.GetBytesPerPixel(view.Format);
        (int red, int green, int blue) = view.Format switch
        {
            PixelFormat.Gray8 => (0, 0, 0),
            PixelFormat.Bgr24 or PixelFormat.Bgra32 or PixelFormat.Bgrx32 => (2, 1, 0),
            _ => (0, 1, 2),
        };
        bool hasAlpha = view.Format is PixelFormat.Rgba32 or PixelFormat.Bgra32;
        for (int i = 0; i < view.Width * view.Height; i++)
        {
            ReadOnlySpan<byte> pixel = view.Pixels.Slice((i / view.Width * view.Stride) + (i % view.Width * size), size);
            int alpha = hasAlpha ? pixel[3] : 255;
            rgb[3 * i] = BlendOverBlack(pixel[red], alpha);
            rgb[(3 * i) + 1] = BlendOverBlack(pixel[green], alpha);
            rgb[(3 * i) + 2] = BlendOverBlack(pixel[blue], alpha);
        }

        return rgb;
    }

    private static byte BlendOverBlack(int color, int alpha) => (byte)(((2 * color * alpha) + 255) / 510);
}
