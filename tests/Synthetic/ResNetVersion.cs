namespace ResNet.Net.Synthetic;

/// <summary>Specifies the order of normalization and activation in a residual block, and the layer that strides.</summary>
public enum ResNetVersion
{
    /// <summary>
    /// Convolution, normalization, ReLU, and ReLU after the addition. A bottleneck strides in its first 1x1, a basic block in its first 3x3
    /// (He et al. 2015, arXiv:1512.03385).
    /// </summary>
    V1,

    /// <summary>Like <see cref="V1"/>, but a bottleneck strides in its 3x3, as in Caffe2 and torchvision.</summary>
    V15,

    /// <summary>
    /// Pre-activation: normalization, ReLU, convolution, and nothing after the addition. A bottleneck strides in its 3x3 (He et al. 2016,
    /// arXiv:1603.05027).
    /// </summary>
    V2,
}
