namespace ResNet.Net;

/// <summary>
/// Represents pixels in the caller's memory, to classify without decoding or copying. The memory must stay valid during the call.
/// </summary>
/// <example>
/// A bottom-up bitmap, as Windows DIBs and <c>Bitmap.LockBits</c> provide it: <c>Scan0</c> is the top row, which has the highest address,
/// and the stride is negative. The span starts at the lowest address.
/// <code>
/// byte* bottom = (byte*)data.Scan0 + ((data.Height - 1) * data.Stride);
/// var pixels = new ReadOnlySpan&lt;byte&gt;(bottom, data.Height * -data.Stride);
/// var view = new PixelView(pixels, data.Width, data.Height, PixelFormat.Bgr24, data.Stride);
/// </code>
/// </example>
public readonly ref struct PixelView
{
    /// <summary>Initializes a new instance of the <see cref="PixelView"/> struct.</summary>
    /// <param name="pixels">
    /// The bytes, row after row; at least <c>(height - 1) * |stride| + width * bytesPerPixel</c>. The first row is the top row, or with a
    /// negative <paramref name="stride"/> the bottom row.
    /// </param>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <param name="format">The layout of a pixel.</param>
    /// <param name="stride">
    /// The number of bytes from the start of one row to the one below it; negative for bottom-up bitmaps, 0 for rows without padding.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="width"/> or <paramref name="height"/> is less than 1, the magnitude of <paramref name="stride"/> is less than the
    /// length of a row, or <paramref name="format"/> is unknown.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is too short for the size and the stride.</exception>
    public PixelView(ReadOnlySpan<byte> pixels, int width, int height, PixelFormat format = PixelFormat.Rgb24, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        int bytesPerPixel = GetBytesPerPixel(format);
        long row = (long)width * bytesPerPixel;
        long distance = stride == 0 ? row : Math.Abs((long)stride);
        if (distance < row)
        {
            throw new ArgumentOutOfRangeException(
                nameof(stride),
                stride,
                $"The stride is {stride}, but a row of {width} {format} pixels has {row} bytes. "
                + "Pass at least that, its negative for rows from bottom to top, or 0 for no padding.");
        }

        Int128 needed = ((Int128)(height - 1) * distance) + row;
        if (pixels.Length < needed)
        {
            throw new ArgumentException(
                $"{width}x{height} {format} pixels with a stride of {(stride == 0 ? row : stride)} need {needed} bytes, "
                + $"but the span has {pixels.Length}.",
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

    /// <summary>Gets the bytes; those of the bottom row come first if <see cref="Stride"/> is negative.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Gets the number of columns.</summary>
    public int Width { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Height { get; }

    /// <summary>Gets the number of bytes from the start of one row to the one below it; negative for bottom-up bitmaps.</summary>
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

    /// <summary>Gets the index of the first byte of the top row.</summary>
    internal int Origin => Stride < 0 ? (Height - 1) * -Stride : 0;

    /// <summary>Gets one row, without padding.</summary>
    internal ReadOnlySpan<byte> Row(int y) => Pixels.Slice(checked(Origin + (y * Stride)), Width * GetBytesPerPixel(Format));

    /// <summary>Returns a view of the same pixels that records the size of the image before it was reduced.</summary>
    internal PixelView ShrunkFrom(int fullWidth, int fullHeight) => this with { FullWidth = fullWidth, FullHeight = fullHeight };

    /// <summary>Returns a view of a rectangle, as if it were a whole image.</summary>
    internal PixelView Part(int left, int top, int width, int height)
        => new(Rows(top, height).Pixels[(left * GetBytesPerPixel(Format))..], width, height, Format, Stride);

    /// <summary>Returns a view of consecutive rows.</summary>
    internal PixelView Rows(int first, int count)
    {
        int lowest = Stride < 0 ? first + count - 1 : first;
        return new PixelView(Pixels[checked(Origin + (lowest * Stride))..], Width, count, Format, Stride);
    }
}
