namespace ResNet.Net.Synthetic;

/// <summary>
/// Builds residual networks of any shape. The input is <c>input</c> [N, channels, size, size], the output <c>logits</c> [N, classes], and
/// the pooled features are <c>features</c> [N, <see cref="ResNetArchitecture.FeatureSize"/>]. Weights have torchvision's names
/// (<c>layer1.0.conv1.weight</c>, <c>layer1.0.bn1.running_mean</c>, <c>fc.bias</c>).
/// </summary>
/// <remarks>Sources: He et al. 2015, arXiv:1512.03385 (v1); He et al. 2016, arXiv:1603.05027 (v2).</remarks>
public static class ResNetBuilder
{
    /// <summary>
    /// Builds a network with random weights. Convolutions have the variance 2 / fan-in (He et al. 2015, arXiv:1502.01852, equation 10).
    /// BatchNorm scales are about 1, and about 0.25 at the end of a residual branch, so that sums stay small. BatchNorm statistics and the
    /// dense layer's scale are calibrated on synthetic images. The result is deterministic.
    /// </summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The architecture has an invalid property. The message names it.</exception>
    public static OnnxModel Build(ResNetArchitecture architecture, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.ThrowIfInvalid(nameof(architecture));
        return new PlainTopology(architecture, new WeightInitializer(seed)).Build();
    }

    /// <summary>Builds a network with the caller's weights.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="weights">The callback that provides the weights; called once per weight tensor.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The architecture has an invalid property. The message names it.</exception>
    public static OnnxModel Build(ResNetArchitecture architecture, ResNetWeightsCallback weights)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(weights);
        architecture.ThrowIfInvalid(nameof(architecture));
        return new PlainTopology(architecture, new WeightInitializer(weights)).Build();
    }
}
