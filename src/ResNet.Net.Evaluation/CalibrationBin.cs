namespace ResNet.Net.Evaluation;

/// <summary>Pictures that a model was about equally sure of.</summary>
/// <param name="From">The confidence above which they lie, in percent; the first bin holds 0 too.</param>
/// <param name="To">The confidence up to which they lie, in percent.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Accuracy">How many of them are right, in percent; NaN where there are none.</param>
/// <param name="MeanConfidence">Their mean confidence, in percent; NaN where there are none.</param>
public sealed record CalibrationBin(double From, double To, int Count, double Accuracy, double MeanConfidence);
