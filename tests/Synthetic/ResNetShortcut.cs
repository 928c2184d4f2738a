namespace ResNet.Net.Synthetic;

/// <summary>Specifies how shortcuts change shape. Shortcuts without a change are the identity (He et al. 2015, section 3.3).</summary>
public enum ResNetShortcut
{
    /// <summary>A 1x1 convolution, option B of the paper.</summary>
    Projection,

    /// <summary>Every second pixel, and zeros for the new channels: option A of the paper, without parameters.</summary>
    ZeroPadding,
}
