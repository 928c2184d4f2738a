namespace ResNet.Net;

/// <summary>Specifies how the left and top offsets of the center crop are rounded to whole pixels.</summary>
public enum CropRounding
{
    /// <summary><c>(size - crop) / 2</c>, rounded down; used by Caffe2 and by OpenCV notebooks.</summary>
    Floor,

    /// <summary><c>size / 2 - crop / 2</c>, each quotient rounded down; used by the Pillow scripts of the MXNet zoo.</summary>
    FloorOfHalves,

    /// <summary><c>round((size - crop) / 2)</c>, halves to even; used by torchvision.</summary>
    HalfToEven,
}
