namespace ResNet.Net;

/// <summary>Where a pixel's colors lie: bytes of a pixel, and the offset of each color in it.</summary>
internal readonly record struct PixelLayout(int Size, int Red, int Green, int Blue, bool HasAlpha)
{
    /// <summary>1 for gray, 3 for color.</summary>
    public int PlaneCount => Size == 1 ? 1 : 3;

    public static PixelLayout Of(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => new(1, 0, 0, 0, false),
        PixelFormat.Rgb24 => new(3, 0, 1, 2, false),
        PixelFormat.Bgr24 => new(3, 2, 1, 0, false),
        PixelFormat.Rgbx32 => new(4, 0, 1, 2, false),
        PixelFormat.Bgrx32 => new(4, 2, 1, 0, false),
        PixelFormat.Rgba32 => new(4, 0, 1, 2, true),
        _ => new(4, 2, 1, 0, true),
    };

    /// <summary>The offset of plane 0 (red), 1 (green) or 2 (blue).</summary>
    public int Offset(int plane) => plane == 0 ? Red : plane == 1 ? Green : Blue;
}
