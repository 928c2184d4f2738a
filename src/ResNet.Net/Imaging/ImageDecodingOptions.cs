namespace ResNet.Net;

/// <summary>
/// Represents the options for decoding images. The size limits are checked against the header of an image, before memory for its pixels
/// is allocated. The defaults suit a server that decodes untrusted images.
/// </summary>
public sealed record ImageDecodingOptions
{
    internal const int MaxPixelLimit = 500_000_000;

    /// <summary>Gets the maximum size of an encoded image, in bytes.</summary>
    /// <value>64 MiB.</value>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets the maximum number of columns.</summary>
    /// <value>16,384.</value>
    public int MaxWidth { get; init; } = 16_384;

    /// <summary>Gets the maximum number of rows.</summary>
    /// <value>16,384.</value>
    public int MaxHeight { get; init; } = 16_384;

    /// <summary>
    /// Gets the maximum number of pixels, from 1 to 500 million. Decoding takes up to 4 bytes per pixel, 8 if the image is rotated,
    /// and 12 while a progressive JPEG image is decoded.
    /// </summary>
    /// <value>64 million.</value>
    public int MaxPixels { get; init; } = 64_000_000;

    /// <summary>Gets the maximum time that decoding an image may take, greater than zero.</summary>
    /// <remarks>
    /// <see cref="SkiaSharpDecoder"/> checks the time before it allocates pixels, and each time the codec reads the next part of a JPEG,
    /// PNG, GIF or BMP file. It decodes WebP, ICO and run-length encoded BMP files in one step: an image that took longer is rejected
    /// afterwards. For other decoders, the time is checked before they get memory for pixels, when they return, and whenever they call
    /// <see cref="ImageDecodeRequest.ThrowIfTimedOut"/>. Reading a file or a stream and preprocessing don't count.
    /// </remarks>
    /// <value>The default, <see langword="null"/>, sets no limit.</value>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>Gets the gray level behind transparent pixels, from 0 (black) to 255 (white).</summary>
    /// <value>0.</value>
    public byte Background { get; init; }

    /// <summary>
    /// Gets whether a truncated image is decoded as far as its format permits, instead of being rejected. Missing pixels
    /// are gray or black.
    /// </summary>
    /// <value><see langword="false"/>.</value>
    public bool AllowTruncated { get; init; }

    /// <summary>Gets the clock that measures <see cref="MaxDuration"/>.</summary>
    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal bool Allows(int width, int height) => width <= MaxWidth && height <= MaxHeight && (long)width * height <= MaxPixels;

    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPixels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPixels, MaxPixelLimit);
        if (MaxDuration is TimeSpan duration)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero, nameof(MaxDuration));
        }
    }
}
