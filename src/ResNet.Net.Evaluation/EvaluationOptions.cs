namespace ResNet.Net.Evaluation;

/// <summary>How a data set is evaluated. Immutable: change it by <c>with</c>.</summary>
public sealed record EvaluationOptions
{
    /// <summary>
    /// A file that keeps the result of every picture as soon as it is known. Where it exists, the evaluation goes on where it stopped, and its report is that of an
    /// unbroken run. A journal of another model or data set is refused.
    /// </summary>
    /// <value>null: nothing is kept.</value>
    public string? JournalPath { get; init; }

    /// <summary>Whether the first picture that cannot be read or decoded ends the evaluation. Otherwise such pictures are named in the report, and accuracy is that of the others.</summary>
    /// <value>false.</value>
    public bool StopAtFailure { get; init; }

    /// <summary>The bins of equal width that confidences fall into, from 1 to 1000.</summary>
    /// <value>15, as in Guo et al. 2017.</value>
    public int CalibrationBins { get; init; } = 15;

    /// <summary>How many batches are in work at once, from 1 to 64: while the model runs on one, the pictures of the next are read and decoded. No result depends on it.</summary>
    /// <value>2.</value>
    public int ConcurrentBatches { get; init; } = 2;

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        if (JournalPath is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(JournalPath);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(CalibrationBins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CalibrationBins, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConcurrentBatches, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ConcurrentBatches, 64);
    }
}
