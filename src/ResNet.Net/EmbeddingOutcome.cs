namespace ResNet.Net;

/// <summary>One picture of a batch: its features, or why it failed. A bad picture does not cost the others theirs.</summary>
public sealed class EmbeddingOutcome : PictureOutcome<float[]>
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
