namespace ResNet.Net;

/// <summary>What a classifier gives besides scores. Asked for when it is created: outputs are added to the model's graph then.</summary>
[Flags]
public enum ModelOutputs
{
    /// <summary>Scores alone.</summary>
    None = 0,

    /// <summary>The pooled features, for <see cref="ResNetClassifier.Embed(PixelView, bool)"/>. They are computed in any case: giving them costs nothing noticeable.</summary>
    Features = 1,

    /// <summary>The class activation maps, for <see cref="ResNetClassifier.Explain(PixelView, int?)"/>. One convolution more in every run, those of <c>Classify</c> too: about 2.5 % of a ResNet-50's arithmetic.</summary>
    ActivationMaps = 2,
}
