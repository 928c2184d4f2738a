using ResNet.Net.Evaluation;

namespace ResNet.Net.Training;

/// <summary>Represents the results of a training run.</summary>
public sealed record TrainingReport
{
    /// <summary>Gets the name of the backbone.</summary>
    public required string Backbone { get; init; }

    /// <summary>Gets the labels.</summary>
    public required LabelSet Labels { get; init; }

    /// <summary>Gets the results of each class.</summary>
    public required IReadOnlyList<TrainedClass> Classes { get; init; }

    /// <summary>Gets the validation results; null for independent classes.</summary>
    public EvaluationReport? Validation { get; init; }

    /// <summary>Gets the mean average precision in percent for independent classes; null for others.</summary>
    public double? MeanAveragePrecision { get; init; }

    /// <summary>Gets the candidate strengths of the L2 penalty.</summary>
    public required IReadOnlyList<L2Trial> L2Trials { get; init; }

    /// <summary>Gets the chosen strength of the L2 penalty.</summary>
    public required double L2 { get; init; }

    /// <summary>Gets the temperature that calibrates the probabilities; 1 without calibration.</summary>
    public required double Temperature { get; init; }

    /// <summary>Gets the probability below which an image counts as unknown.</summary>
    public required double UnknownThreshold { get; init; }

    /// <summary>Gets the validation accuracy by the number of training images.</summary>
    public IReadOnlyList<LearningCurvePoint> LearningCurve { get; init; } = [];

    /// <summary>Gets the images that could not be read or decoded.</summary>
    public IReadOnlyList<FailedImage> FailedImages { get; init; } = [];

    /// <summary>Gets the validation images that equal or resemble training images. Copies make the measured accuracy too high.</summary>
    public IReadOnlyList<DuplicateImages> Duplicates { get; init; } = [];

    /// <summary>Gets the images for which cross-validation confidently predicts another class, the most confident first.</summary>
    public IReadOnlyList<SuspiciousLabel> SuspiciousLabels { get; init; } = [];

    /// <summary>Gets the time that extracting the features took, including reads from the cache.</summary>
    public TimeSpan FeatureTime { get; init; }

    /// <summary>Gets the time that training the classification layer took, including cross-validation and the learning curve.</summary>
    public TimeSpan TrainingTime { get; init; }

    /// <summary>Formats the report as plain text.</summary>
    /// <param name="timings">Whether to include durations. Without them, equal results give equal text.</param>
    /// <returns>The lines of the report, each terminated by <c>\n</c>. The last section suggests next steps.</returns>
    public string ToText(bool timings = true) => TrainingText.Write(this, timings);

    /// <summary>Formats the report as Markdown.</summary>
    /// <param name="timings">Whether to include durations. Without them, equal results give equal text.</param>
    /// <returns>The Markdown text, with tables.</returns>
    public string ToMarkdown(bool timings = true) => TrainingMarkdown.Write(this, timings);

    /// <summary>Formats the report as an indented JSON object.</summary>
    /// <param name="timings">Whether to include durations. Without them, equal results give equal text.</param>
    /// <returns>The JSON text.</returns>
    public string ToJson(bool timings = true) => TrainingJson.Write(this, timings);
}
