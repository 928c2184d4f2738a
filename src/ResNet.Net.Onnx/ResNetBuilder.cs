using ResNet.Net.Onnx.Internals.Topologies;

namespace ResNet.Net.Onnx;

/// <summary>
/// Creates residual networks of any shape: input <c>input</c> [N, channels, size, size], output <c>logits</c> [N, classes], and between them
/// <c>features</c> [N, <see cref="ResNetArchitecture.FeatureSize"/>], the pooled last map. Weights have torchvision's names
/// (<c>layer1.0.conv1.weight</c>, <c>layer1.0.bn1.running_mean</c>, <c>fc.bias</c>).
/// </summary>
/// <remarks>Sources: He et al. 2015, arXiv:1512.03385 (v1); He et al. 2016, arXiv:1603.05027 (v2).</remarks>
public static class ResNetBuilder
{
    /// <summary>
    /// Creates a network with random weights: convolutions close to normal with variance 2 / fan-in (He et al. 2015, arXiv:1502.01852, equation 10),
    /// BatchNorm scales about 1 (about 0.25 at the end of a residual branch, so that sums stay small) and offsets about 0, statistics and the dense layer's scale such as
    /// a few made-up pictures give. The same architecture and seed always give the same bytes.
    /// </summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="seed">Chooses the weights.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The architecture has a property that no network can have; the message names it.</exception>
    public static OnnxModel Build(ResNetArchitecture architecture, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        architecture.ThrowIfInvalid(nameof(architecture));
        return new PlainTopology(architecture, new WeightInitializer(seed)).Build();
    }

    /// <summary>Creates a network with a caller's weights.</summary>
    /// <param name="architecture">The network's shape.</param>
    /// <param name="weights">Called once for every weight tensor.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentException">The architecture has a property that no network can have; the message names it.</exception>
    public static OnnxModel Build(ResNetArchitecture architecture, ResNetWeightsCallback weights)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(weights);
        architecture.ThrowIfInvalid(nameof(architecture));
        return new PlainTopology(architecture, new WeightInitializer(weights)).Build();
    }
}
