namespace ResNet.Net;

/// <summary>Represents the outcome of one image of a batch: its embedding, or the reason why it failed.</summary>
public sealed class EmbeddingOutcome : ImageOutcome<float[]>
{
    internal EmbeddingOutcome(float[] features)
        : base(features)
    {
    }

    internal EmbeddingOutcome(Exception error)
        : base(error)
    {
    }
}
