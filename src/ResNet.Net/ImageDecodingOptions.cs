namespace ResNet.Net;

/// <summary>
/// What pictures are accepted and how they are decoded. The limits are judged from a picture's header, before memory for its pixels is taken;
/// the defaults suit a server that decodes strangers' pictures.
/// </summary>
public sealed record ImageDecodingOptions
{
    internal const int LargestPixelLimit = 500_000_000;

    /// <summary>The most bytes an encoded picture may have.</summary>
    /// <value>64 MiB.</value>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The most pixels a row may have.</summary>
    /// <value>16,384.</value>
    public int MaxWidth { get; init; } = 16_384;

    /// <summary>The most rows a picture may have.</summary>
    /// <value>16,384.</value>
    public int MaxHeight { get; init; } = 16_384;

    /// <summary>The most pixels a picture may have; decoding takes up to 4 bytes a pixel, plus 3 for pictures with alpha or an orientation. At most 500 million.</summary>
    /// <value>64 million.</value>
    public int MaxPixels { get; init; } = 64_000_000;

    /// <summary>The grey level (0 black to 255 white) behind transparent pixels.</summary>
    /// <value>0.</value>
    public byte Background { get; init; }

    /// <summary>Whether a picture that ends early is decoded as far as it goes, grey or black where pixels are missing, instead of being refused.</summary>
    /// <value>false.</value>
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
