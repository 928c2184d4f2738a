namespace ResNet.Net.Training;

/// <summary>Represents an image for which a classifier that was trained on the other images confidently predicts another class.</summary>
/// <param name="Image">The image's name in its dataset.</param>
/// <param name="ClassIndex">The class that the dataset states.</param>
/// <param name="PredictedClass">The class that cross-validation predicts.</param>
/// <param name="Probability">The calibrated probability of <paramref name="PredictedClass"/>, from 0 to 1.</param>
public sealed record SuspiciousLabel(string Image, int ClassIndex, int PredictedClass, double Probability);
