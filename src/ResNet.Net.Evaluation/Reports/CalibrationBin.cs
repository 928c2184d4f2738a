namespace ResNet.Net.Evaluation;

/// <summary>Represents the images whose confidence falls into one interval.</summary>
/// <param name="From">The lower end of the interval in percent, exclusive; the first bin includes 0.</param>
/// <param name="To">The upper end of the interval in percent, inclusive.</param>
/// <param name="Count">The number of images.</param>
/// <param name="Accuracy">The percentage of these images that are classified correctly; NaN if there are none.</param>
/// <param name="MeanConfidence">The mean confidence in percent; NaN if there are no images.</param>
public sealed record CalibrationBin(double From, double To, int Count, double Accuracy, double MeanConfidence);
