namespace ResNet.Net;

/// <summary>Specifies how the length of the long side is rounded when the short side is scaled to a given length.</summary>
public enum LongSideRounding
{
    /// <summary><c>round(size / short * long)</c>, halves to even; used by the Pillow scripts of the MXNet zoo.</summary>
    HalfToEven,

    /// <summary><c>int(size * long / short)</c>; used by torchvision and Caffe2.</summary>
    Truncate,
}
