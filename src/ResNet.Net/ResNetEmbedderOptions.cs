namespace ResNet.Net;

/// <summary>Specifies how an embedder is created. Immutable: use <c>with</c> to change it. Values are validated on use.</summary>
public sealed record ResNetEmbedderOptions : ResNetModelOptions
{
    /// <summary>
    /// Gets whether each embedding is divided by its Euclidean length, so that the dot product of two embeddings is their cosine
    /// similarity. An all-zero embedding stays zero. Otherwise, the embeddings are the pooled features as the model computes them.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Normalize { get; init; } = true;

    internal override RequiredOutputs RequiredOutputs => RequiredOutputs.Features;

    internal override Type OwnerType => typeof(ResNetEmbedder);
}
