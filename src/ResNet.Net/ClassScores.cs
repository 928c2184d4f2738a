namespace ResNet.Net;

/// <summary>Represents what the model returned for all classes of one image.</summary>
public sealed class ClassScores
{
    internal ClassScores(float[] scores, float[] probabilities, StageTimings timings)
    {
        Scores = scores;
        Probabilities = probabilities;
        Timings = timings;
    }

    /// <summary>
    /// Gets the raw output of the model, as its <see cref="ResNetClassifier.OutputKind"/> says: one value per class, or one value in total
    /// for a binary classifier with a single output. With <see cref="CropSampling.TenCrop"/>, the mean of the crops.
    /// </summary>
    public ReadOnlyMemory<float> Scores { get; }

    /// <summary>Gets the probabilities, one value from 0 to 1 per label.</summary>
    public ReadOnlyMemory<float> Probabilities { get; }

    /// <summary>Gets the time that each stage took.</summary>
    public StageTimings Timings { get; }
}
