namespace ResNet.Net;

/// <summary>How the left and top of the center crop are rounded.</summary>
public enum CropRounding
{
    /// <summary><c>(size - crop) / 2</c>, rounded down: Caffe2, OpenCV notebooks.</summary>
    Floor,

    /// <summary><c>size / 2 - crop / 2</c>, each rounded down: Pillow scripts of the MXNet zoo.</summary>
    FloorOfHalves,

    /// <summary><c>round((size - crop) / 2)</c>, halves to even: torchvision.</summary>
    HalfToEven,
}
