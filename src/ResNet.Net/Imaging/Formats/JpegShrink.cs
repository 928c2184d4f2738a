namespace ResNet.Net;

/// <summary>
/// Chooses the factor by which a JPEG image is reduced during decoding, for <see cref="PreprocessingProfile.ShrinkOnLoad"/>.
/// </summary>
internal static class JpegShrink
{
    /// <summary>
    /// The minimum number of pixels along each side of the reduced image, per pixel of the resampled image. With fewer, the resampler could
    /// not apply its own filter.
    /// </summary>
    public const int Margin = 2;

    /// <summary>Gets the largest of the factors 8, 4 and 2 that leaves enough pixels; otherwise 1.</summary>
    /// <param name="width">The stored number of columns.</param>
    /// <param name="height">The stored number of rows.</param>
    /// <param name="orientation">The EXIF orientation that is applied before resampling.</param>
    /// <param name="rule">The resize rule; <see langword="null"/> if the image must not be reduced.</param>
    public static int Factor(int width, int height, int orientation, ResizeRule? rule)
    {
        if (rule is null)
        {
            return 1;
        }

        (int scaledWidth, int scaledHeight) = Orientation.SwapsSides(orientation)
            ? Swap(rule.Apply(height, width))
            : rule.Apply(width, height);
        int factor = 8;
        while (factor > 1 && !(LeavesEnough(width / factor, scaledWidth) && LeavesEnough(height / factor, scaledHeight)))
        {
            factor /= 2;
        }

        return factor;
    }

    private static bool LeavesEnough(int side, int scaled) => side >= (long)Margin * scaled;

    private static (int Width, int Height) Swap((int Width, int Height) size) => (size.Height, size.Width);
}
