namespace ResNet.Net.Evaluation;

/// <summary>Represents the options of an evaluation. Immutable; use <c>with</c> to change a copy.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Gets the path of the journal, which records each result as soon as it is known.</summary>
    /// <remarks>
    /// If the file exists, the evaluation resumes where it stopped and gives the same report as an uninterrupted run.
    /// A journal of another model or dataset is rejected.
    /// </remarks>
    /// <value>The default is null: no journal is written.</value>
    public string? JournalPath { get; init; }

    /// <summary>Gets whether the first image that cannot be read or decoded ends the evaluation.</summary>
    /// <remarks>Otherwise the report lists the failed images, and accuracies are computed over the others.</remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool StopOnFailure { get; init; }

    /// <summary>Gets the number of equal-width confidence bins, from 1 to 1000.</summary>
    /// <value>The default is 15, as in Guo et al. 2017.</value>
    public int CalibrationBins { get; init; } = 15;

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal void Validate()
    {
        if (JournalPath is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(JournalPath);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(CalibrationBins, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CalibrationBins, 1000);
    }
}
