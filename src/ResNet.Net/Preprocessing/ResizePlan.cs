namespace ResNet.Net;

/// <summary>
/// Represents the geometry of preprocessing one image: the source size, the size to resample to, and the window of the resampled image that
/// the crop needs. All values are in pixels.
/// </summary>
internal readonly record struct ResizePlan(
    int SourceWidth, int SourceHeight, int ScaledWidth, int ScaledHeight, int Left, int Top, int Width, int Height)
{
    /// <summary>Gets whether the image already has the scaled size.</summary>
    public bool IsCopy => SourceWidth == ScaledWidth && SourceHeight == ScaledHeight;

    public static ResizePlan Create(PreprocessingProfile profile, in PixelView source)
    {
        (int scaledWidth, int scaledHeight) = profile.Resize.Apply(source.FullWidth, source.FullHeight);
        CropRule crop = profile.Crop;
        return new ResizePlan(
            source.Width,
            source.Height,
            scaledWidth,
            scaledHeight,
            crop.Left(scaledWidth),
            crop.Top(scaledHeight),
            crop.Width,
            crop.Height);
    }
}
