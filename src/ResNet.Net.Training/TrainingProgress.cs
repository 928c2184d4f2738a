namespace ResNet.Net.Training;

/// <summary>Represents the progress of a stage of a training run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Completed">The number of completed units.</param>
/// <param name="Total">The number of units of the stage.</param>
/// <param name="Cached">The number of completed units that came from the feature cache.</param>
/// <param name="Elapsed">The time since the stage started.</param>
public sealed record TrainingProgress(TrainingStage Stage, int Completed, int Total, int Cached, TimeSpan Elapsed)
{
    /// <summary>Gets the estimated remaining time of the stage; null before the speed is known.</summary>
    public TimeSpan? Remaining => Completed > Cached ? Elapsed / (Completed - Cached) * (Total - Completed) : null;
}
