namespace ResNet.Net;

/// <summary>One image of a batch: its features, or why it failed. A bad image does not cost the others theirs.</summary>
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
