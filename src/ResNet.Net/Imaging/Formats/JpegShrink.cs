namespace ResNet.Net;

/// <summary>How far a JPEG image may be shrunk while it is decoded, for <see cref="PreprocessingProfile.ShrinkOnLoad"/>.</summary>
internal static class JpegShrink
{
    /// <summary>How many pixels a side of the shrunk image must have for each that it will be resampled to: with less, the resampler has too little left to do its own filtering on.</summary>
    public const int Margin = 2;

    /// <summary>The largest of 8, 4, 2 that leaves enough pixels; else 1.</summary>
    /// <param name="width">Columns as stored.</param>
    /// <param name="height">Rows as stored.</param>
    /// <param name="orientation">How the image will be turned before it is resampled.</param>
    /// <param name="rule">How it will be resampled; null for an image that must not be shrunk.</param>
    public static int Factor(int width, int height, int orientation, ResizeRule? rule)
    {
        if (rule is null)
        {
            return 1;
        }

        (int scaledWidth, int scaledHeight) = Orientation.SwapsSides(orientation) ? Swap(rule.Apply(height, width)) : rule.Apply(width, height);
        int factor = 8;
        while (factor > 1 && !(Leaves(width / factor, scaledWidth) && Leaves(height / factor, scaledHeight)))
        {
            factor /= 2;
        }

        return factor;
    }

    private static bool Leaves(int side, int scaled) => side >= (long)Margin * scaled;

    private static (int Width, int Height) Swap((int Width, int Height) size) => (size.Height, size.Width);
}
