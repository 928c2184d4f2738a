using SkiaSharp;

namespace ResNet.Net.Tool.Images;

/// <summary>Creates small JPEG files of images, upright.</summary>
internal static class Thumbnail
{
    private const int Quality = 82;

    /// <summary>Returns a JPEG file of an image as a data URI; null if the image cannot be read.</summary>
    /// <param name="open">Opens the encoded image.</param>
    /// <param name="side">The length of its long side in pixels. Smaller images keep their size.</param>
    public static string? TryCreate(Func<Stream> open, int side)
    {
        try
        {
            using Stream stream = open();
            using SKCodec? codec = SKCodec.Create(stream);
            using SKBitmap? image = codec is null ? null : SKBitmap.Decode(codec);
            return image is null ? null : $"data:image/jpeg;base64,{Convert.ToBase64String(Encode(image, codec!.EncodedOrigin, side))}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] Encode(SKBitmap image, SKEncodedOrigin origin, int side)
    {
        // Origins from LeftTop on swap rows and columns.
        bool turned = origin >= SKEncodedOrigin.LeftTop;
        float scale = Math.Min(1, side / (float)Math.Max(image.Width, image.Height));
        int width = Math.Max(1, (int)(image.Width * scale));
        int height = Math.Max(1, (int)(image.Height * scale));
        using SKSurface surface = SKSurface.Create(new SKImageInfo(turned ? height : width, turned ? width : height));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        canvas.Concat(Upright(origin, width, height));
        using SKImage source = SKImage.FromBitmap(image);
        canvas.DrawImage(source, SKRect.Create(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKImage result = surface.Snapshot();
        using SKData jpeg = result.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return jpeg.ToArray();
    }

    private static SKMatrix Upright(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };
}
