namespace ResNet.Net;

/// <summary>One picture of a batch: its classification, or why it failed. A bad picture does not cost the others theirs.</summary>
public sealed class ClassificationOutcome : PictureOutcome<Classification>
{
    internal ClassificationOutcome(Classification classification)
        : base(classification)
    {
    }

    internal ClassificationOutcome(Exception error)
        : base(error)
    {
    }
}
