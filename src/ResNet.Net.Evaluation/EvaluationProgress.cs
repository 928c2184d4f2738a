namespace ResNet.Net.Evaluation;

/// <summary>Represents the progress of an evaluation.</summary>
public sealed record EvaluationProgress
{
    /// <summary>Gets the number of completed images, including failed ones and those of an earlier run.</summary>
    public required int Completed { get; init; }

    /// <summary>Gets the number of images in the dataset.</summary>
    public required int Total { get; init; }

    /// <summary>Gets the number of images that could not be read or decoded.</summary>
    public required int Failed { get; init; }

    /// <summary>Gets the number of images whose results come from the journal.</summary>
    public required int Resumed { get; init; }

    /// <summary>Gets the number of correctly classified images.</summary>
    public required int Correct { get; init; }

    /// <summary>Gets the time since this run started.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets the accuracy so far in percent; NaN if no image has been classified yet.</summary>
    public double Top1 => Completed == Failed ? double.NaN : 100.0 * Correct / (Completed - Failed);

    /// <summary>Gets the mean speed of this run; 0 before the first images are completed.</summary>
    public double ImagesPerSecond => Elapsed > TimeSpan.Zero ? (Completed - Resumed) / Elapsed.TotalSeconds : 0;

    /// <summary>Gets the estimated remaining time; null before the speed is known.</summary>
    public TimeSpan? Remaining => ImagesPerSecond > 0 ? TimeSpan.FromSeconds((Total - Completed) / ImagesPerSecond) : null;
}
