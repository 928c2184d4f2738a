namespace ResNet.Net.Quantization;

/// <summary>
/// Specifies how a BatchNormalization is quantized that cannot be folded into a preceding Conv, such as after an Add in pre-activation
/// networks (ResNet v2).
/// </summary>
public enum UnfoldedBatchNormalization
{
    /// <summary>As a depthwise 1x1 convolution in integers, so that the network stays in int8.</summary>
    Depthwise,

    /// <summary>In float, between a dequantization and a quantization.</summary>
    Float,
}
