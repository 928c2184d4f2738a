namespace ResNet.Net;

/// <summary>Pixels that the caller holds: no decoder is needed, nothing is copied. The memory must stay valid during the call it is passed to.</summary>
public readonly ref struct PixelView
{
    /// <summary>Describes pixels in memory.</summary>
    /// <param name="pixels">The bytes, row after row from the top; at least <c>(height - 1) * stride + width * bytes a pixel</c>.</param>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="format">The layout of a pixel.</param>
    /// <param name="stride">Bytes from one row to the next; 0 means rows without padding.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is less than 1, or the stride is shorter than a row.</exception>
    /// <exception cref="ArgumentException">The span is too short for the sizes.</exception>
    public PixelView(ReadOnlySpan<byte> pixels, int width, int height, PixelFormat format = PixelFormat.Rgb24, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        int bytesPerPixel = GetBytesPerPixel(format);
        long row = (long)width * bytesPerPixel;
        if (stride != 0 && stride < row)
        {
            throw new ArgumentOutOfRangeException(nameof(stride), stride, $"A row of {width} pixels of {format} has {row} bytes: the stride must not be less.");
        }

        Int128 needed = ((Int128)(height - 1) * (stride == 0 ? row : stride)) + row;
        if (pixels.Length < needed)
        {
            throw new ArgumentException(
                $"{width}x{height} pixels of {format} with a stride of {(stride == 0 ? row : stride)} need {needed} bytes, but the span has {pixels.Length}.",
                nameof(pixels));
        }

        Pixels = pixels;
        Width = width;
        Height = height;
        Format = format;
        Stride = stride == 0 ? (int)row : stride;
        FullWidth = width;
        FullHeight = height;
    }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>The layout of a pixel.</summary>
    public PixelFormat Format { get; }

    /// <summary>Bytes of a pixel of the given layout.</summary>
    /// <param name="format">The layout.</param>
    /// <returns>1, 3 or 4.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The layout is not one of <see cref="PixelFormat"/>.</exception>
    public static int GetBytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => 1,
        PixelFormat.Rgb24 or PixelFormat.Bgr24 => 3,
        PixelFormat.Rgba32 or PixelFormat.Bgra32 or PixelFormat.Rgbx32 or PixelFormat.Bgrx32 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a known pixel format."),
    };

    /// <summary>Pixels a row before a decoder shrank the image: its proportions decide the size that it is resampled to.</summary>
    internal int FullWidth { get; private init; }

    /// <summary>Rows before a decoder shrank the image.</summary>
    internal int FullHeight { get; private init; }

    /// <summary>One row, without padding.</summary>
    internal ReadOnlySpan<byte> Row(int y) => Pixels.Slice(checked(y * Stride), Width * GetBytesPerPixel(Format));

    /// <summary>The same pixels, of an image that had another size.</summary>
    internal PixelView ShrunkFrom(int fullWidth, int fullHeight) => this with { FullWidth = fullWidth, FullHeight = fullHeight };

    /// <summary>Some of the rows.</summary>
    internal PixelView Rows(int first, int count) => new(Pixels[checked(first * Stride)..], Width, count, Format, Stride);
}
