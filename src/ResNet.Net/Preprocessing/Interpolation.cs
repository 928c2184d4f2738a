namespace ResNet.Net;

/// <summary>How an image is resampled; each is named after the implementation whose results it reproduces.</summary>
public enum Interpolation
{
    /// <summary>Pillow's <c>BILINEAR</c>: antialiased; horizontal, then vertical pass in 22-bit fixed point, rounded to bytes between.</summary>
    PillowBilinear,

    /// <summary>OpenCV's <c>INTER_LINEAR</c> on bytes: not antialiased; 11-bit fixed point; area averages at exactly half size.</summary>
    OpenCvBilinear,

    /// <summary>OpenCV's <c>INTER_LINEAR</c> on pixels divided by 255: not antialiased; floating point, nothing rounded to bytes.</summary>
    OpenCvBilinearFloat,
}
