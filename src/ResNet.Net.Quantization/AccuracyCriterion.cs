namespace ResNet.Net.Quantization;

/// <summary>How much worse than its float model a quantized model may be.</summary>
/// <param name="Measure">What is compared.</param>
/// <param name="Limit">The most that is allowed, in percent or percentage points as the measure says, from 0 to 100.</param>
public sealed record AccuracyCriterion(AccuracyMeasure Measure, double Limit)
{
    /// <summary>A relative fall of top-1 accuracy of 1 % at most.</summary>
    public static AccuracyCriterion Default { get; } = new(AccuracyMeasure.RelativeDrop, 1);

    /// <summary>How much worse a model is, in the measure's unit; negative where it is better.</summary>
    /// <param name="baseline">The float model.</param>
    /// <param name="candidate">The quantized model, on the same pictures.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentException">The two saw different numbers of pictures, or the measure needs labels and there are none.</exception>
    public double GetLoss(ModelAccuracy baseline, ModelAccuracy candidate)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(candidate);
        if (baseline.PredictedClasses.Count != candidate.PredictedClasses.Count)
        {
            throw new ArgumentException($"The float model was measured on {baseline.PredictedClasses.Count} pictures, the quantized one on {candidate.PredictedClasses.Count}: both need the same.", nameof(candidate));
        }

        if (Measure == AccuracyMeasure.Disagreement)
        {
            int different = baseline.PredictedClasses.Zip(candidate.PredictedClasses, (a, b) => a == b ? 0 : 1).Sum();
            return 100.0 * different / baseline.PredictedClasses.Count;
        }

        if (baseline.Top1 is not double before || candidate.Top1 is not double after)
        {
            throw new ArgumentException($"{nameof(AccuracyMeasure)}.{Measure} needs labelled pictures, and these have no labels. Label them, or use {nameof(AccuracyMeasure)}.{AccuracyMeasure.Disagreement}.", nameof(baseline));
        }

        return Measure == AccuracyMeasure.AbsoluteDrop ? before - after : before > 0 ? 100 * (before - after) / before : 0;
    }

    internal void Validate()
    {
        if (!Enum.IsDefined(Measure))
        {
            throw new ArgumentOutOfRangeException(nameof(Measure), Measure, "Not a measure of accuracy.");
        }

        if (!(Limit is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(Limit), Limit, $"{nameof(Limit)} must be from 0 to 100.");
        }
    }
}
