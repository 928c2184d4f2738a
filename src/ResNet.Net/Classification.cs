namespace ResNet.Net;

/// <summary>Represents the classification of one image.</summary>
public sealed class Classification
{
    internal Classification(IReadOnlyList<Prediction> predictions, StageTimings timings)
    {
        Predictions = predictions;
        Timings = timings;
    }

    /// <summary>Gets the most probable classes in descending order of probability; ties are ordered by class index.</summary>
    public IReadOnlyList<Prediction> Predictions { get; }

    /// <summary>Gets the most probable class.</summary>
    public Prediction Best => Predictions[0];

    /// <summary>Gets the time that each stage took.</summary>
    public StageTimings Timings { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Best.Label} {Best.Probability:P1}";
}
