namespace ResNet.Net;

/// <summary>
/// Specifies the range of pixel values before the mean is subtracted and the result is divided by the standard deviation.
/// </summary>
public enum ValueRange
{
    /// <summary>Bytes divided by 255.</summary>
    ZeroToOne,

    /// <summary>Unscaled bytes.</summary>
    ZeroTo255,
}
