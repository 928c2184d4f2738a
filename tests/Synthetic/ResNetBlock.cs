namespace ResNet.Net.Synthetic;

/// <summary>Specifies the kind of a residual block (He et al. 2015, arXiv:1512.03385, figure 5).</summary>
public enum ResNetBlock
{
    /// <summary>Two 3x3 convolutions with the block's output channels.</summary>
    Basic,

    /// <summary>1x1, 3x3 and 1x1 convolutions; the first two have a quarter of the block's output channels.</summary>
    Bottleneck,
}
