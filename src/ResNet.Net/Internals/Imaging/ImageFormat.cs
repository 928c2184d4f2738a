namespace ResNet.Net.Internals.Imaging;

/// <summary>The allow-list.</summary>
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
