namespace ResNet.Net;

/// <summary>
/// Represents the size to which an image is resampled before it is cropped. Create it with <see cref="Squash"/> or <see cref="ShortSide"/>.
/// </summary>
public sealed record ResizeRule
{
    private ResizeRule(bool keepsAspectRatio, int width, int height, LongSideRounding rounding)
    {
        KeepsAspectRatio = keepsAspectRatio;
        Width = width;
        Height = height;
        Rounding = rounding;
    }

    /// <summary>Gets whether the image keeps its aspect ratio.</summary>
    public bool KeepsAspectRatio { get; }

    /// <summary>Gets the width in pixels; for <see cref="ShortSide"/>, the length of the short side.</summary>
    public int Width { get; }

    /// <summary>Gets the height in pixels; for <see cref="ShortSide"/>, the length of the short side.</summary>
    public int Height { get; }

    /// <summary>Gets the rounding of the long side. Ignored by <see cref="Squash"/>.</summary>
    public LongSideRounding Rounding { get; }

    /// <summary>Creates a rule that resamples every image to the same size and ignores its aspect ratio.</summary>
    /// <param name="width">The number of columns, at least 1.</param>
    /// <param name="height">The number of rows, at least 1.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> or <paramref name="height"/> is less than 1.</exception>
    public static ResizeRule Squash(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return new ResizeRule(false, width, height, LongSideRounding.Truncate);
    }

    /// <summary>Creates a rule that scales the short side to a given length and the long side in proportion.</summary>
    /// <param name="length">The new length of the short side in pixels, at least 1.</param>
    /// <param name="rounding">The rounding of the long side.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is less than 1.</exception>
    public static ResizeRule ShortSide(int length, LongSideRounding rounding = LongSideRounding.Truncate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return new ResizeRule(true, length, length, rounding);
    }

    /// <summary>Computes the size to which an image is resampled.</summary>
    /// <param name="width">The width of the image in pixels, at least 1.</param>
    /// <param name="height">The height of the image in pixels, at least 1.</param>
    /// <returns>The width and the height, each at least that of the rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="width"/> or <paramref name="height"/> is less than 1.</exception>
    public (int Width, int Height) Apply(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (!KeepsAspectRatio)
        {
            return (Width, Height);
        }

        return width <= height ? (Width, LongSide(width, height)) : (LongSide(height, width), Height);
    }

    private int LongSide(int shortSide, int longSide)
    {
        // The operations are in the order of the reproduced scripts, which decides borderline cases.
        double scaled = Rounding == LongSideRounding.HalfToEven
            ? Math.Round((double)Width / shortSide * longSide, MidpointRounding.ToEven)
            : Math.Floor((double)Width * longSide / shortSide);
        return (int)Math.Min(scaled, int.MaxValue);
    }
}
