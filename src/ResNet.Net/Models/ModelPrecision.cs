namespace ResNet.Net;

/// <summary>The arithmetic of a model's convolutions.</summary>
public enum ModelPrecision
{
    /// <summary>32-bit floating point.</summary>
    Fp32,

    /// <summary>8-bit integers.</summary>
    Int8,
}
