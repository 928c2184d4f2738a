namespace ResNet.Net;

/// <summary>
/// Represents pixels in the caller's memory, to classify without decoding or copying. The memory must stay valid during the call.
/// </summary>
public readonly ref struct PixelView
{
    /// <summary>Initializes a new instance of the <see cref="PixelView"/> struct.</summary>
    /// <param name="pixels">The bytes, row after row from the top; at least <c>(height - 1) * stride + width * bytesPerPixel</c>.</param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="format">The layout of a pixel.</param>
    /// <param name="stride">The number of bytes from the start of one row to the next; 0 for rows without padding.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="width"/> or <paramref name="height"/> is less than 1, <paramref name="stride"/> is shorter than a row, or
    /// <paramref name="format"/> is unknown.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is too short for the size and the stride.</exception>
    public PixelView(ReadOnlySpan<byte> pixels, int width, int height, PixelFormat format = PixelFormat.Rgb24, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        int bytesPerPixel = GetBytesPerPixel(format);
        long row = (long)width * bytesPerPixel;
        if (stride != 0 && stride < row)
        {
            throw new ArgumentOutOfRangeException(
                nameof(stride),
                stride,
                $"The stride is {stride}, but a row of {width} {format} pixels has {row} bytes. Pass at least that, or 0 for no padding.");
        }

        long rowStride = stride == 0 ? row : stride;
        Int128 needed = ((Int128)(height - 1) * rowStride) + row;
        if (pixels.Length < needed)
        {
            throw new ArgumentException(
                $"{width}x{height} {format} pixels with a stride of {rowStride} need {needed} bytes, but the span has {pixels.Length}.",
                nameof(pixels));
        }

        Pixels = pixels;
        Width = width;
        Height = height;
        Format = format;
        Stride = (int)rowStride;
        FullWidth = width;
        FullHeight = height;
    }

    /// <summary>Gets the bytes.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Gets the number of columns.</summary>
    public int Width { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Height { get; }

    /// <summary>Gets the number of bytes from the start of one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Gets the layout of a pixel.</summary>
    public PixelFormat Format { get; }

    /// <summary>Gets the number of bytes per pixel of a layout.</summary>
    /// <param name="format">The layout.</param>
    /// <returns>1, 3 or 4.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="format"/> is not a member of <see cref="PixelFormat"/>.</exception>
    public static int GetBytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => 1,
        PixelFormat.Rgb24 or PixelFormat.Bgr24 => 3,
        PixelFormat.Rgba32 or PixelFormat.Bgra32 or PixelFormat.Rgbx32 or PixelFormat.Bgrx32 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "The pixel format is unknown. Use a member of PixelFormat."),
    };

    /// <summary>Gets the number of columns before a decoder reduced the image. The full size determines the size to resample to.</summary>
    internal int FullWidth { get; private init; }

    /// <summary>Gets the number of rows before a decoder reduced the image.</summary>
    internal int FullHeight { get; private init; }

    /// <summary>Gets one row, without padding.</summary>
    internal ReadOnlySpan<byte> Row(int y) => Pixels.Slice(checked(y * Stride), Width * GetBytesPerPixel(Format));

    /// <summary>Returns a view of the same pixels that records the size of the image before it was reduced.</summary>
    internal PixelView ShrunkFrom(int fullWidth, int fullHeight) => this with { FullWidth = fullWidth, FullHeight = fullHeight };

    /// <summary>Returns a view of consecutive rows.</summary>
    internal PixelView Rows(int first, int count) => new(Pixels[checked(first * Stride)..], Width, count, Format, Stride);
}
