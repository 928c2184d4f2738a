namespace ResNet.Net;

/// <summary>The formats that are told by their first bytes.</summary>
internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Ico,
    Tiff,
}
