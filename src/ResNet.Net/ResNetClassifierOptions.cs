namespace ResNet.Net;

/// <summary>Specifies how a classifier is created. Immutable: use <c>with</c> to change it. Values are validated on use.</summary>
public sealed record ResNetClassifierOptions : ResNetModelOptions
{
    /// <summary>
    /// Gets whether the model also computes class activation maps, for <see cref="ResNetClassifier.Explain(PixelView, int?)"/>. They add a
    /// convolution to every run, including those of <c>Classify</c>: about 2.5 % of a ResNet-50's arithmetic.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ActivationMaps { get; init; }

    internal override RequiredOutputs RequiredOutputs => ActivationMaps ? RequiredOutputs.ScoresAndMaps : RequiredOutputs.Scores;

    internal override Type OwnerType => typeof(ResNetClassifier);
}
