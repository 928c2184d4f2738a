namespace ResNet.Net.Evaluation;

/// <summary>How far an evaluation is.</summary>
public sealed record EvaluationProgress
{
    /// <summary>Pictures that are done, those that failed and those of an earlier run included.</summary>
    public required int Done { get; init; }

    /// <summary>All pictures.</summary>
    public required int Total { get; init; }

    /// <summary>Pictures that could not be read or decoded.</summary>
    public required int Failed { get; init; }

    /// <summary>Pictures taken over from the journal.</summary>
    public required int Resumed { get; init; }

    /// <summary>Pictures whose most probable class is right.</summary>
    public required int Right { get; init; }

    /// <summary>Since this run began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The accuracy so far, in percent; NaN where nothing was classified yet.</summary>
    public double Top1 => Done == Failed ? double.NaN : 100.0 * Right / (Done - Failed);

    /// <summary>The mean speed of this run; 0 before the first pictures are done.</summary>
    public double ImagesPerSecond => Elapsed > TimeSpan.Zero ? (Done - Resumed) / Elapsed.TotalSeconds : 0;

    /// <summary>The time that is left at this speed; null before it is known.</summary>
    public TimeSpan? Remaining => ImagesPerSecond > 0 ? TimeSpan.FromSeconds((Total - Done) / ImagesPerSecond) : null;
}
