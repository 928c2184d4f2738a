namespace ResNet.Net;

/// <summary>The range that pixel values have before mean and standard deviation are applied.</summary>
public enum ValueRange
{
    /// <summary>Bytes divided by 255.</summary>
    ZeroToOne,

    /// <summary>Bytes as they are.</summary>
    ZeroTo255,
}
