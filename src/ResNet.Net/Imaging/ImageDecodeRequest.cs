namespace ResNet.Net;

/// <summary>Represents one call of <see cref="IImageDecoder.TryDecode"/>: the options, the limits and the memory for the pixels.</summary>
public sealed class ImageDecodeRequest
{
    private readonly bool _autoOrient;
    private readonly ResizeRule? _shrinkFor;
    private readonly long _start;
    private ImageHeader _header;
    private byte[]? _pixels;
    private (int Width, int Height, PixelFormat Format) _layout;

    /// <param name="options">The limits and the background.</param>
    /// <param name="format">The format, detected from the first bytes.</param>
    /// <param name="autoOrient">Whether the image is turned upright.</param>
    /// <param name="shrinkFor">How the image will be resized, if it may be decoded at a reduced size.</param>
    internal ImageDecodeRequest(ImageDecodingOptions options, ImageFormat format, bool autoOrient, ResizeRule? shrinkFor)
    {
        Options = options;
        Format = format;
        _autoOrient = autoOrient;
        _shrinkFor = shrinkFor;
        _start = options.MaxDuration is null ? 0 : options.TimeProvider.GetTimestamp();
    }

    /// <summary>Gets the options. The decoder itself applies <see cref="ImageDecodingOptions.AllowTruncated"/>.</summary>
    public ImageDecodingOptions Options { get; }

    /// <summary>Gets whether decoding has taken longer than <see cref="ImageDecodingOptions.MaxDuration"/>.</summary>
    internal bool IsTimedOut => Options.MaxDuration is TimeSpan limit && Options.TimeProvider.GetElapsedTime(_start) > limit;

    /// <summary>Gets the format of the image, detected once from its first bytes.</summary>
    internal ImageFormat Format { get; }

    /// <summary>
    /// Checks the header against the limits, before memory for pixels is allocated. Call it once, before <see cref="GetPixels"/>.
    /// </summary>
    /// <param name="header">The header.</param>
    /// <returns>
    /// 1, 2, 4 or 8: the largest denominator by which the decoder may reduce both sides while it decodes, if its codec can. 1 unless
    /// <see cref="PreprocessingProfile.ShrinkOnLoad"/> is set.
    /// </returns>
    /// <exception cref="ImageDecodeException">The image exceeds a limit, or has no pixels.</exception>
    /// <exception cref="InvalidOperationException">The method was called before.</exception>
    public int Accept(ImageHeader header)
    {
        if (_header.Width > 0)
        {
            throw new InvalidOperationException("The header was accepted before. A decoder calls Accept once.");
        }

        if (header.Width < 1 || header.Height < 1)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.Corrupt, $"the {header.Format} image claims a size of {header.Width}x{header.Height} pixels.");
        }

        if (!Options.Allows(header.Width, header.Height))
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the {header.Format} image is {header.Width}x{header.Height} = {(long)header.Width * header.Height} pixels; "
                + $"the limits are {Options.MaxWidth} wide, {Options.MaxHeight} high, {Options.MaxPixels} pixels.")
            {
                Remedy = "Raise MaxWidth, MaxHeight, MaxPixels of ImageDecodingOptions if such images are wanted.",
            };
        }

        ThrowIfTimedOut();
        _header = _autoOrient && header.Orientation is >= 1 and <= 8 ? header : header with { Orientation = 1 };
        return JpegShrink.Factor(header.Width, header.Height, _header.Orientation, _shrinkFor);
    }

    /// <summary>
    /// Throws if decoding has taken longer than <see cref="ImageDecodingOptions.MaxDuration"/>. A decoder calls it regularly, such as after
    /// each row; the library calls it before pixels are allocated and after the decoder returns.
    /// </summary>
    /// <exception cref="ImageDecodeException">The time limit is exceeded.</exception>
    public void ThrowIfTimedOut()
    {
        if (IsTimedOut)
        {
            throw new ImageDecodeException(
                ImageDecodeFailure.TooLarge,
                $"the image takes longer to decode than the limit of {Options.MaxDuration}.")
            {
                Remedy = "Raise ImageDecodingOptions.MaxDuration if such images are wanted.",
            };
        }
    }

    /// <summary>Gets the memory for the pixels, packed row after row from the top. Call it once, after <see cref="Accept"/>.</summary>
    /// <param name="width">The number of columns that the decoder writes: the header's, or fewer if it reduces the image.</param>
    /// <param name="height">The number of rows that the decoder writes.</param>
    /// <param name="format">
    /// The layout of the pixels. For an opaque image, <see cref="PixelFormat.Rgbx32"/> saves the pass that <see cref="PixelFormat.Rgba32"/>
    /// takes.
    /// </param>
    /// <returns>
    /// <c>width * height * bytes per pixel</c> bytes with arbitrary contents, valid until <see cref="IImageDecoder.TryDecode"/> returns.
    /// The decoder must write all of them, since they may hold pixels of another image.
    /// </returns>
    /// <exception cref="InvalidOperationException"><see cref="Accept"/> was not called, or this method was called before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The size is not positive or exceeds the accepted header, or the format is unknown.
    /// </exception>
    public Span<byte> GetPixels(int width, int height, PixelFormat format)
    {
        if (_header.Width == 0 || _pixels is not null)
        {
            throw new InvalidOperationException("A decoder calls Accept once, then GetPixels once.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, _header.Width);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, _header.Height);
        int length = checked(width * height * PixelView.GetBytesPerPixel(format));
        _pixels = PixelPool.Rent(length);
        _layout = (width, height, format);
        return _pixels.AsSpan(0, length);
    }

    /// <summary>Undoes what a decoder did, so that another decoder can start over. Returns the memory to the pool.</summary>
    internal void Reset()
    {
        if (_pixels is not null)
        {
            PixelPool.Return(_pixels);
            _pixels = null;
        }

        _header = default;
    }

    /// <summary>Flattens the alpha channel and turns the image upright.</summary>
    /// <returns>The image, which the caller disposes.</returns>
    /// <exception cref="InvalidOperationException">The decoder never called <see cref="GetPixels"/>.</exception>
    internal DecodedImage Complete()
    {
        byte[] pixels = _pixels
            ?? throw new InvalidOperationException(
                "The decoder returned true without calling GetPixels. It must write pixels, return false, or throw ImageDecodeException.");
        _pixels = null;
        DecodedImage image = new(pixels, _layout.Width, _layout.Height, _layout.Format, _header.Width, _header.Height);
        image.Flatten(Options.Background);
        image.TurnUpright(_header.Orientation);
        return image;
    }
}
