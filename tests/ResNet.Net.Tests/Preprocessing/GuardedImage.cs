namespace ResNet.Net.Tests;

/// <summary>
/// Represents random pixels of any format, top-down or bottom-up, in memory between guard pages, with the same image as packed RGB for
/// reference.
/// </summary>
internal sealed class GuardedImage : IDisposable
{
    private readonly GuardedMemory _memory;

    public GuardedImage(Random random, int width, int height, PixelFormat format, int padding, bool isBottomUp = false)
    {
        (Width, Height, Format) = (width, height, format);
        int size = PixelView.GetBytesPerPixel(format);
        int distance = (width * size) + padding;
        Stride = isBottomUp ? -distance : distance;
        _memory = new GuardedMemory(((height - 1) * distance) + (width * size), exactStart: random.Next(4) == 0);
        Span<byte> pixels = _memory.Span;
        random.NextBytes(pixels);
        Rgb = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                ReadOnlySpan<byte> pixel = pixels.Slice(((isBottomUp ? height - 1 - y : y) * distance) + (x * size), size);
                Span<byte> rgb = Rgb.AsSpan(((y * width) + x) * 3, 3);
                (rgb[0], rgb[1], rgb[2]) = format switch
                {
                    PixelFormat.Gray8 => (pixel[0], pixel[0], pixel[0]),
                    PixelFormat.Rgb24 or PixelFormat.Rgbx32 => (pixel[0], pixel[1], pixel[2]),
                    PixelFormat.Bgr24 or PixelFormat.Bgrx32 => (pixel[2], pixel[1], pixel[0]),
                    PixelFormat.Rgba32 => (Blend(pixel[0], pixel[3]), Blend(pixel[1], pixel[3]), Blend(pixel[2], pixel[3])),
                    PixelFormat.Bgra32 => (Blend(pixel[2], pixel[3]), Blend(pixel[1], pixel[3]), Blend(pixel[0], pixel[3])),
                    _ => throw new ArgumentOutOfRangeException(nameof(format)),
                };
            }
        }
    }

    public int Width { get; }

    public int Height { get; }

    public PixelFormat Format { get; }

    public int Stride { get; }

    public byte[] Rgb { get; }

    public PixelView View => new(_memory.Span, Width, Height, Format, Stride);

    public override string ToString() => $"{Width}x{Height} {Format}, stride {Stride}";

    public void Dispose() => _memory.Dispose();

    private static byte Blend(byte value, byte alpha) => (byte)Math.Round(value * alpha / 255.0);
}
