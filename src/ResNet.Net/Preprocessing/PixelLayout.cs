namespace ResNet.Net;

/// <summary>Represents the position of the colors in a pixel.</summary>
/// <param name="Size">The number of bytes per pixel.</param>
/// <param name="Red">The byte offset of red.</param>
/// <param name="Green">The byte offset of green.</param>
/// <param name="Blue">The byte offset of blue.</param>
/// <param name="HasAlpha">Whether the fourth byte is alpha.</param>
internal readonly record struct PixelLayout(int Size, int Red, int Green, int Blue, bool HasAlpha)
{
    /// <summary>Gets the number of color planes: 1 for gray, 3 for color.</summary>
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

    /// <summary>Gets the byte offset of color 0 (red), 1 (green) or 2 (blue).</summary>
    public int Offset(int color) => color == 0 ? Red : color == 1 ? Green : Blue;
}
