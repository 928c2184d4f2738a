namespace ResNet.Net;

/// <summary>Represents the outcome of one image of a batch: its scores, or the reason why it failed.</summary>
public sealed class ScoresOutcome : ImageOutcome<ClassScores>
{
    internal ScoresOutcome(ClassScores scores)
        : base(scores)
    {
    }

    internal ScoresOutcome(Exception error)
        : base(error)
    {
    }
}
