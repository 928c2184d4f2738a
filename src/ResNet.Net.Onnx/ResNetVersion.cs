namespace ResNet.Net.Onnx;

/// <summary>Where a residual block normalises, activates and strides.</summary>
public enum ResNetVersion
{
    /// <summary>Convolution, normalisation, ReLU; ReLU after the addition; a bottleneck strides in its first 1x1 (He et al. 2015, arXiv:1512.03385). Basic blocks stride in their first 3x3.</summary>
    V1,

    /// <summary>As <see cref="V1"/>, but a bottleneck strides in its 3x3, as Caffe2's and torchvision's do. The same as <see cref="V1"/> for basic blocks.</summary>
    V15,

    /// <summary>Pre-activation: normalisation, ReLU, convolution; nothing after the addition; a bottleneck strides in its 3x3 (He et al. 2016, arXiv:1603.05027).</summary>
    V2,
}
