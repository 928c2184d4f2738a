namespace ResNet.Net;

/// <summary>Specifies why an image could not be decoded.</summary>
public enum ImageDecodeFailure
{
    /// <summary>The format is recognized, but the content is invalid.</summary>
    Corrupt,

    /// <summary>The input has 0 bytes.</summary>
    Empty,

    /// <summary>The image ends before its last pixel.</summary>
    Truncated,

    /// <summary>The decoder does not support the format or this variant of it.</summary>
    UnsupportedFormat,

    /// <summary>
    /// The image exceeds a limit of <see cref="ImageDecodingOptions"/>, has too many JPEG scans, or is an ICO file with more than 256
    /// images.
    /// </summary>
    TooLarge,
}
