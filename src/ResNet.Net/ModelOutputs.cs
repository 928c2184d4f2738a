namespace ResNet.Net;

/// <summary>Specifies what a classifier provides besides scores. The outputs are added to the model's graph when it is loaded.</summary>
[Flags]
public enum ModelOutputs
{
    /// <summary>Scores only.</summary>
    None = 0,

    /// <summary>
    /// The pooled features, for <see cref="ResNetClassifier.Embed(PixelView, bool)"/>. The model computes them anyway, so they add no
    /// measurable cost.
    /// </summary>
    Features = 1,

    /// <summary>
    /// The class activation maps, for <see cref="ResNetClassifier.Explain(PixelView, int?)"/>. They add a convolution to every
    /// run, including those of <c>Classify</c>: about 2.5 % of a ResNet-50's arithmetic.
    /// </summary>
    ActivationMaps = 2,
}
