namespace ResNet.Net;

/// <summary>
/// Represents the options for drawing an <see cref="ActivationMap"/> over its image. Immutable: change a copy using <c>with</c>.
/// </summary>
public sealed record OverlayOptions
{
    private const int MaxLongSide = 16_384;

    /// <summary>Gets the length in pixels to which the longer side of the image is scaled, from 1 to 16384.</summary>
    /// <value><see langword="null"/>: the size of the image.</value>
    public int? LongSide { get; init; }

    /// <summary>
    /// Gets the opacity of the colors at the largest value of the map, from 0 (transparent) to 1 (opaque). It decreases in proportion to
    /// the value, down to 0 at the smallest one.
    /// </summary>
    /// <value>0.75.</value>
    public double Opacity { get; init; } = 0.75;

    /// <summary>Gets whether the unchanged image is drawn to the left of the overlay.</summary>
    /// <value><see langword="false"/>.</value>
    public bool SideBySide { get; init; }

    /// <summary>Validates the options and gets the size at which an image is drawn.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal (int Width, int Height) SizeFor(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(double.IsNaN(Opacity) ? -1 : Opacity, 0, nameof(Opacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Opacity, 1, nameof(Opacity));
        if (LongSide is not int side)
        {
            return (width, height);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, nameof(LongSide));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(side, MaxLongSide, nameof(LongSide));
        double scale = (double)side / Math.Max(width, height);
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }
}
