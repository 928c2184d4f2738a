namespace ResNet.Net;

/// <summary>How the long side of an image becomes an integer when its short side is scaled to a given length.</summary>
public enum LongSideRounding
{
    /// <summary><c>round(size / short * long)</c>, halves to even: Pillow scripts of the MXNet zoo.</summary>
    HalfToEven,

    /// <summary><c>int(size * long / short)</c>: torchvision, Caffe2.</summary>
    Truncate,
}
