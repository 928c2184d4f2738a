namespace ResNet.Net;

/// <summary>Specifies what a model must return.</summary>
internal enum RequiredOutputs
{
    /// <summary>The scores.</summary>
    Scores,

    /// <summary>The scores and the class activation maps.</summary>
    ScoresAndMaps,

    /// <summary>The pooled features. What follows them is removed.</summary>
    Features,
}
