namespace ResNet.Net;

/// <summary>Why a picture could not be decoded.</summary>
public enum ImageDecodeFailure
{
    /// <summary>The bytes are damaged: the format was recognised, its contents were not.</summary>
    Corrupt,

    /// <summary>There are no bytes.</summary>
    Empty,

    /// <summary>The picture ends before its last pixel.</summary>
    Truncated,

    /// <summary>The format is not on the allow-list (JPEG, PNG, WebP, GIF, TIFF).</summary>
    UnsupportedFormat,

    /// <summary>The picture exceeds a limit of <see cref="ImageDecodingOptions"/>, or is a JPEG picture of more than 100 scans.</summary>
    TooLarge,
}
