namespace ResNet.Net;

/// <summary>How the bytes of a pixel are laid out; 8 bits a channel.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb24,

    /// <summary>Blue, green, red: OpenCV, GDI+.</summary>
    Bgr24,

    /// <summary>Red, green, blue, alpha (not premultiplied); flattened on black.</summary>
    Rgba32,

    /// <summary>Blue, green, red, alpha (not premultiplied); flattened on black.</summary>
    Bgra32,

    /// <summary>Red, green, blue and a byte that is not read.</summary>
    Rgbx32,

    /// <summary>Blue, green, red and a byte that is not read: screen captures, video frames.</summary>
    Bgrx32,

    /// <summary>One byte of luminance.</summary>
    Gray8,
}
