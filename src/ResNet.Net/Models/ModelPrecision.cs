namespace ResNet.Net;

/// <summary>Specifies the precision of a model's convolutions.</summary>
public enum ModelPrecision
{
    /// <summary>32-bit floating point.</summary>
    Fp32,

    /// <summary>8-bit integers.</summary>
    Int8,
}
