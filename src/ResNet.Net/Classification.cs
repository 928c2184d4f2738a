namespace ResNet.Net;

/// <summary>What a model says of one image.</summary>
public sealed class Classification
{
    internal Classification(IReadOnlyList<Prediction> predictions, StageTimings timings)
    {
        Predictions = predictions;
        Timings = timings;
    }

    /// <summary>The most probable classes, the most probable first; equal ones by class index.</summary>
    public IReadOnlyList<Prediction> Predictions { get; }

    /// <summary>The most probable class.</summary>
    public Prediction Best => Predictions[0];

    /// <summary>Where the time went.</summary>
    public StageTimings Timings { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Best.Label} {Best.Probability:P1}";
}
