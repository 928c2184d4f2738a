namespace ResNet.Net;

/// <summary>The geometry of one image: its size, the size it is resampled to, and the window of that which the crop needs.</summary>
internal readonly record struct ResizePlan(int SourceWidth, int SourceHeight, int ScaledWidth, int ScaledHeight, int Left, int Top, int Width, int Height)
{
    /// <summary>Whether the image has the right size already.</summary>
    public bool IsCopy => SourceWidth == ScaledWidth && SourceHeight == ScaledHeight;

    public static ResizePlan Create(PreprocessingProfile profile, in PixelView source)
    {
        (int scaledWidth, int scaledHeight) = profile.Resize.Apply(source.FullWidth, source.FullHeight);
        return new ResizePlan(
            source.Width, source.Height, scaledWidth, scaledHeight, profile.Crop.Left(scaledWidth), profile.Crop.Top(scaledHeight), profile.Crop.Width, profile.Crop.Height);
    }
}
