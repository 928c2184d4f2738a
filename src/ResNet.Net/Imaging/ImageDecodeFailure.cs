namespace ResNet.Net;

/// <summary>Specifies why an image could not be decoded.</summary>
public enum ImageDecodeFailure
{
    /// <summary>The image is damaged: its format was recognized, its content is invalid.</summary>
    Corrupt,

    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>The image ends before its last pixel.</summary>
    Truncated,

    /// <summary>The decoder does not read the format, or this kind of it.</summary>
    UnsupportedFormat,

    /// <summary>The image exceeds a limit of <see cref="ImageDecodingOptions"/>, is a JPEG image of 100 scans or more, or an ICO file of more than 256 images.</summary>
    TooLarge,
}
