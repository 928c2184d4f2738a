namespace ResNet.Net.Onnx;

/// <summary>How a shortcut passes a change of shape; where the shape stays, it is the identity (He et al. 2015, section 3.3).</summary>
public enum ResNetShortcut
{
    /// <summary>A 1x1 convolution, option B of the paper.</summary>
    Projection,

    /// <summary>Every second pixel, and zeros for the channels that are new: option A of the paper, without parameters.</summary>
    ZeroPadding,
}
