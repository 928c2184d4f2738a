namespace ResNet.Net.Synthetic;

/// <summary>Specifies the layers before the first residual block.</summary>
public enum ResNetStem
{
    /// <summary>
    /// A 7x7 convolution of stride 2 and a 3x3 max pooling of stride 2, for images of about 224 pixels (He et al. 2015, table 1).
    /// </summary>
    ImageNet,

    /// <summary>A 3x3 convolution of stride 1, for images of about 32 pixels (He et al. 2015, section 4.2).</summary>
    Cifar,
}
