namespace ResNet.Net;

/// <summary>Represents the outcome of one image of a batch: its classification, or the reason why it failed.</summary>
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
