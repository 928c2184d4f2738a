namespace ResNet.Net;

/// <summary>
/// Represents a decoded image whose pixels lie in pooled memory. Dispose it to return the memory; the pixels are invalid from then on.
/// </summary>
public sealed class DecodedImage : IDisposable
{
    private byte[]? _pixels;
    private PixelFormat _format;
    private int _fullWidth;
    private int _fullHeight;

    internal DecodedImage(byte[] pooled, int width, int height, PixelFormat format, int fullWidth, int fullHeight)
    {
        _pixels = pooled;
        _format = format;
        _fullWidth = fullWidth;
        _fullHeight = fullHeight;
        Width = width;
        Height = height;
    }

    /// <summary>Gets the number of columns.</summary>
    public int Width { get; private set; }

    /// <summary>Gets the number of rows.</summary>
    public int Height { get; private set; }

    /// <summary>Gets the pixels, valid until the image is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The image is disposed.</exception>
    public PixelView Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pixels is null, this);
            return new PixelView(_pixels.AsSpan(0, Length), Width, Height, _format).ShrunkFrom(_fullWidth, _fullHeight);
        }
    }

    private int Length => Width * Height * PixelView.GetBytesPerPixel(_format);

    /// <summary>Returns the memory of the pixels to the pool.</summary>
    public void Dispose()
    {
        if (_pixels is byte[] pixels)
        {
            _pixels = null;
            PixelPool.Return(pixels);
        }
    }

    /// <summary>Blends an image with alpha over a gray background.</summary>
    internal void Flatten(byte background)
    {
        // Preprocessing itself blends over black, for the crop only.
        if (background == 0 || !PixelLayout.Of(_format).HasAlpha)
        {
            return;
        }

        Span<byte> pixels = _pixels.AsSpan(0, Length);
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int alpha = pixels[i + 3];
            pixels[i] = AlphaFlattener.Blend(pixels[i], alpha, background);
            pixels[i + 1] = AlphaFlattener.Blend(pixels[i + 1], alpha, background);
            pixels[i + 2] = AlphaFlattener.Blend(pixels[i + 2], alpha, background);
        }

        _format = _format == PixelFormat.Rgba32 ? PixelFormat.Rgbx32 : PixelFormat.Bgrx32;
    }

    /// <summary>Turns the image upright.</summary>
    /// <param name="orientation">The EXIF orientation, 1 to 8.</param>
    internal void TurnUpright(int orientation)
    {
        if (orientation == 1)
        {
            return;
        }

        byte[] upright = PixelPool.Rent(Length);
        Orientation.Apply(_pixels, Width, Height, PixelView.GetBytesPerPixel(_format), orientation, upright);
        PixelPool.Return(_pixels!);
        _pixels = upright;
        if (Orientation.SwapsSides(orientation))
        {
            (Width, Height) = (Height, Width);
            (_fullWidth, _fullHeight) = (_fullHeight, _fullWidth);
        }
    }
}
