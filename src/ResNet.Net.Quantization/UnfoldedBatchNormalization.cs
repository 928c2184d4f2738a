namespace ResNet.Net.Quantization;

/// <summary>What becomes of a BatchNormalization that no Conv before it can take in, such as those after an Add in pre-activation networks (ResNet v2).</summary>
public enum UnfoldedBatchNormalization
{
    /// <summary>A depthwise 1x1 convolution in integers: the network does not leave int8 for it.</summary>
    Depthwise,

    /// <summary>It stays in float, between a dequantization and a quantization.</summary>
    Float,
}
