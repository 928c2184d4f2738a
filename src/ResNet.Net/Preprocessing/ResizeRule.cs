namespace ResNet.Net;

/// <summary>The size that an image is resampled to before it is cropped. Made by <see cref="Squash"/> or <see cref="ShortSide"/>.</summary>
public sealed record ResizeRule
{
    private ResizeRule(bool keepsAspectRatio, int width, int height, LongSideRounding rounding)
    {
        KeepsAspectRatio = keepsAspectRatio;
        Width = width;
        Height = height;
        Rounding = rounding;
    }

    /// <summary>Whether the image keeps its proportions.</summary>
    public bool KeepsAspectRatio { get; }

    /// <summary>The width; for <see cref="ShortSide"/> the length of the short side.</summary>
    public int Width { get; }

    /// <summary>The height; for <see cref="ShortSide"/> the length of the short side.</summary>
    public int Height { get; }

    /// <summary>How the long side is rounded; without meaning for <see cref="Squash"/>.</summary>
    public LongSideRounding Rounding { get; }

    /// <summary>Every image becomes <paramref name="width"/> x <paramref name="height"/>, whatever its proportions.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 1.</exception>
    public static ResizeRule Squash(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return new ResizeRule(false, width, height, LongSideRounding.Truncate);
    }

    /// <summary>The short side becomes <paramref name="length"/>, the long side follows in proportion.</summary>
    /// <param name="length">The short side's new length, at least 1.</param>
    /// <param name="rounding">How the long side becomes an integer.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is less than 1.</exception>
    public static ResizeRule ShortSide(int length, LongSideRounding rounding = LongSideRounding.Truncate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return new ResizeRule(true, length, length, rounding);
    }

    /// <summary>The size that an image of the given size is resampled to.</summary>
    /// <param name="width">The image's width, at least 1.</param>
    /// <param name="height">The image's height, at least 1.</param>
    /// <returns>Width and height, each at least as long as the rule's own.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is less than 1.</exception>
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
        // The order of the operations is that of the scripts whose results are reproduced: it decides borderline cases.
        double scaled = Rounding == LongSideRounding.HalfToEven
            ? Math.Round((double)Width / shortSide * longSide, MidpointRounding.ToEven)
            : Math.Floor((double)Width * longSide / shortSide);
        return (int)Math.Min(scaled, int.MaxValue);
    }
}
