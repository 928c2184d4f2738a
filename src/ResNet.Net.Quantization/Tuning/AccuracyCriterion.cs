namespace ResNet.Net.Quantization;

/// <summary>Represents the maximum accuracy loss of a quantized model relative to its float model.</summary>
/// <param name="Measure">The measure of the loss.</param>
/// <param name="Limit">The maximum loss in the unit of the measure, from 0 to 100.</param>
public sealed record AccuracyCriterion(AccuracyMeasure Measure, double Limit)
{
    /// <summary>Gets the default criterion: a relative drop in top-1 accuracy of at most 1 %.</summary>
    public static AccuracyCriterion Default { get; } = new(AccuracyMeasure.RelativeDrop, 1);

    /// <summary>Computes the accuracy loss of a model.</summary>
    /// <param name="baseline">The results of the float model.</param>
    /// <param name="candidate">The results of the quantized model on the same images.</param>
    /// <returns>The loss in the unit of the measure; negative if the quantized model is more accurate.</returns>
    /// <exception cref="ArgumentException">
    /// The models were evaluated on different numbers of images, or the measure needs labels and there are none.
    /// </exception>
    public double GetLoss(ModelAccuracy baseline, ModelAccuracy candidate)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(candidate);
        if (baseline.PredictedClasses.Count != candidate.PredictedClasses.Count)
        {
            throw new ArgumentException(
                $"The float model was evaluated on {baseline.PredictedClasses.Count} images, the quantized model on "
                + $"{candidate.PredictedClasses.Count}. Evaluate both on the same images.",
                nameof(candidate));
        }

        if (Measure == AccuracyMeasure.Disagreement)
        {
            int different = baseline.PredictedClasses.Zip(candidate.PredictedClasses, (a, b) => a == b ? 0 : 1).Sum();
            return 100.0 * different / baseline.PredictedClasses.Count;
        }

        if (baseline.Top1 is not double before || candidate.Top1 is not double after)
        {
            throw new ArgumentException(
                $"{nameof(AccuracyMeasure)}.{Measure} needs labeled images, but these have no labels. Label them, or use "
                + $"{nameof(AccuracyMeasure)}.{AccuracyMeasure.Disagreement}.",
                nameof(baseline));
        }

        return Measure == AccuracyMeasure.AbsoluteDrop ? before - after : before > 0 ? 100 * (before - after) / before : 0;
    }

    internal void Validate()
    {
        if (!Enum.IsDefined(Measure))
        {
            string measures = string.Join(", ", Enum.GetNames<AccuracyMeasure>());
            throw new ArgumentOutOfRangeException(nameof(Measure), Measure, $"{nameof(Measure)} must be one of {measures}.");
        }

        if (!(Limit is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(Limit), Limit, $"{nameof(Limit)} must be from 0 to 100.");
        }
    }
}
