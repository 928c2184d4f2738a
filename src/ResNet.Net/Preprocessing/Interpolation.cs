namespace ResNet.Net;

/// <summary>Specifies how an image is resampled. Each member is named after the implementation whose results it reproduces.</summary>
public enum Interpolation
{
    /// <summary>
    /// Pillow's <c>BILINEAR</c>: antialiased; a horizontal and a vertical pass in 22-bit fixed point, with rounding to bytes between them.
    /// </summary>
    PillowBilinear,

    /// <summary>
    /// Pillow's <c>BICUBIC</c>: antialiased; Keys' cubic convolution with a = -0.5, in the arithmetic of <see cref="PillowBilinear"/>.
    /// Sharper, and it overshoots at edges, where values are clamped to bytes after each pass.
    /// </summary>
    PillowBicubic,

    /// <summary>
    /// OpenCV's <c>INTER_LINEAR</c> on bytes: not antialiased; 11-bit fixed point; averages of 2x2 pixels at exactly half size.
    /// </summary>
    OpenCvBilinear,

    /// <summary>
    /// OpenCV's <c>INTER_AREA</c> on bytes: the average of the area that an output pixel covers, in float32. If a side of the image grows,
    /// OpenCV interpolates between two pixels per axis instead, in the arithmetic of <see cref="OpenCvBilinear"/>.
    /// </summary>
    OpenCvArea,

    /// <summary>
    /// OpenCV's <c>INTER_LINEAR</c> on pixels divided by 255: not antialiased; floating point, without rounding to bytes.
    /// </summary>
    OpenCvBilinearFloat,
}
