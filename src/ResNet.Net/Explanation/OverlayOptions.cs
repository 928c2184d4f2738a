namespace ResNet.Net;

/// <summary>How an <see cref="ActivationMap"/> is laid over its image. Immutable: change it by <c>with</c>.</summary>
public sealed record OverlayOptions
{
    private const int LongestSide = 16_384;

    /// <summary>The longer side of the image that is drawn, from 1 to 16384 pixels; the image is scaled to it.</summary>
    /// <value>null: the image's own.</value>
    public int? LongSide { get; init; }

    /// <summary>How much the colors cover where the map is largest, from 0 (nothing) to 1 (all). Elsewhere they cover less, down to nothing where the map is smallest.</summary>
    /// <value>0.75.</value>
    public double Opacity { get; init; } = 0.75;

    /// <summary>Whether the plain image is drawn to the left of the colored one.</summary>
    /// <value>false.</value>
    public bool BesideImage { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    internal (int Width, int Height) SizeFor(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(double.IsNaN(Opacity) ? -1 : Opacity, 0, nameof(Opacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Opacity, 1, nameof(Opacity));
        if (LongSide is not int side)
        {
            return (width, height);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, nameof(LongSide));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, LongestSide, nameof(LongSide));
        double scale = (double)side / Math.Max(width, height);
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }
}
