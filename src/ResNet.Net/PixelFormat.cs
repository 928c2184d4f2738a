namespace ResNet.Net;

/// <summary>Specifies the byte layout of a pixel, with 8 bits per channel.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb24,

    /// <summary>Blue, green, red; used by OpenCV and GDI+.</summary>
    Bgr24,

    /// <summary>Red, green, blue, straight (not premultiplied) alpha; blended over black.</summary>
    Rgba32,

    /// <summary>Blue, green, red, straight (not premultiplied) alpha; blended over black.</summary>
    Bgra32,

    /// <summary>Red, green, blue, and a byte that is ignored.</summary>
    Rgbx32,

    /// <summary>Blue, green, red, and a byte that is ignored; used by screen captures and video frames.</summary>
    Bgrx32,

    /// <summary>One byte of luminance.</summary>
    Gray8,
}
