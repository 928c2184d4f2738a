namespace ResNet.Net;

/// <summary>Represents the classification of one image.</summary>
public sealed class Classification
{
    private readonly Prediction[]? _all;

    /// <param name="predictions">The most probable classes.</param>
    /// <param name="timings">The time of each stage.</param>
    /// <param name="unknownThreshold">The probability of the best class below which the image is unknown; null if there is none.</param>
    /// <param name="all">All classes in the same order; null if the classes are not independent.</param>
    internal Classification(
        IReadOnlyList<Prediction> predictions, StageTimings timings, double? unknownThreshold = null, Prediction[]? all = null)
    {
        Predictions = predictions;
        Timings = timings;
        _all = all;
        IsUnknown = Best.Probability < unknownThreshold;
    }

    /// <summary>Gets the most probable classes in descending order of probability; ties are ordered by class index.</summary>
    public IReadOnlyList<Prediction> Predictions { get; }

    /// <summary>Gets the most probable class.</summary>
    public Prediction Best => Predictions[0];

    /// <summary>
    /// Gets whether the image probably belongs to none of the classes: the probability of <see cref="Best"/> is below
    /// <see cref="ResNetClassifier.UnknownThreshold"/>. <see langword="false"/> if the model has no threshold.
    /// </summary>
    public bool IsUnknown { get; }

    /// <summary>Gets the time that each stage took.</summary>
    public StageTimings Timings { get; }

    /// <summary>
    /// Gets the classes with at least a given probability: those that apply to an image if the classes are independent
    /// (<see cref="ResNetClassifier.IsMultiLabel"/>).
    /// </summary>
    /// <param name="probability">The lowest probability, from 0 to 1. Multi-label models are commonly trained for 0.5.</param>
    /// <returns>
    /// The classes in the order of <see cref="Predictions"/>, possibly none. All classes of a multi-label model are considered, however
    /// few <see cref="Predictions"/> were requested; of other models, only <see cref="Predictions"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is not from 0 to 1.</exception>
    public IReadOnlyList<Prediction> AtLeast(float probability)
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability must be from 0 to 1.");
        }

        return [.. (_all ?? Predictions).TakeWhile(p => p.Probability >= probability)];
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Best.Label} {Best.Probability:P1}";
}
