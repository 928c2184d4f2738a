using System.Diagnostics;

namespace ResNet.Net.Training;

/// <summary>Reports the progress of a stage that consists of several parts.</summary>
/// <param name="progress">Receives the progress; may be null.</param>
/// <param name="stage">The stage.</param>
/// <param name="total">The number of units of all parts.</param>
internal sealed class StageProgress(IProgress<TrainingProgress>? progress, TrainingStage stage, int total) : IProgress<TrainingProgress>
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private TrainingProgress _last = new(stage, 0, total, 0, TimeSpan.Zero);
    private TrainingProgress _before = new(stage, 0, total, 0, TimeSpan.Zero);

    /// <summary>Reports the progress of the current part.</summary>
    public void Report(TrainingProgress value)
        => Report(_before.Completed + value.Completed, total, _before.Cached + value.Cached);

    /// <summary>Reports the progress of the whole stage.</summary>
    public void Report(int completed, int of, int cached = 0)
    {
        _last = new TrainingProgress(stage, completed, of, cached, Stopwatch.GetElapsedTime(_start));
        progress?.Report(_last);
    }

    /// <summary>Starts the next part.</summary>
    public void StartNextPart() => _before = _last;
}
