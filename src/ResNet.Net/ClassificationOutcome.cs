namespace ResNet.Net;

/// <summary>One image of a batch: its classification, or why it failed. A bad image does not cost the others theirs.</summary>
public sealed class ClassificationOutcome : ImageOutcome<Classification>
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
