namespace ResNet.Net;

/// <summary>
/// Represents the limits on images and how they are decoded. The limits are judged by the header of an image, before memory for its pixels is allocated.
/// The defaults suit a server that decodes untrusted images.
/// </summary>
public sealed record ImageDecodingOptions
{
    internal const int LargestPixelLimit = 500_000_000;

    /// <summary>Gets the largest size of an encoded image, in bytes.</summary>
    /// <value>64 MiB.</value>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets the largest number of columns.</summary>
    /// <value>16,384.</value>
    public int MaxWidth { get; init; } = 16_384;

    /// <summary>Gets the largest number of rows.</summary>
    /// <value>16,384.</value>
    public int MaxHeight { get; init; } = 16_384;

    /// <summary>Gets the largest number of pixels; at most 500 million. Decoding takes up to 4 bytes per pixel, and twice that for an image that is turned upright.</summary>
    /// <value>64 million.</value>
    public int MaxPixels { get; init; } = 64_000_000;

    /// <summary>Gets the gray level behind transparent pixels, from 0 (black) to 255 (white).</summary>
    /// <value>0.</value>
    public byte Background { get; init; }

    /// <summary>Gets whether an image that ends early is decoded as far as its format permits, gray or black where pixels are missing, instead of being refused.</summary>
    /// <value><see langword="false"/>.</value>
    public bool AllowTruncated { get; init; }

    internal bool Allows(int width, int height) => width <= MaxWidth && height <= MaxHeight && (long)width * height <= MaxPixels;

    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPixels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPixels, LargestPixelLimit);
    }
}
