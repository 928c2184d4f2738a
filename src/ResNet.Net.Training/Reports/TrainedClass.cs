namespace ResNet.Net.Training;

/// <summary>Represents the results of a class.</summary>
/// <param name="Label">The label.</param>
/// <param name="TrainingImages">The number of images that trained the weights.</param>
/// <param name="ValidationImages">The number of validation images.</param>
/// <param name="Precision">The percentage of the predictions of the class that are correct; NaN if there are none.</param>
/// <param name="Recall">The percentage of the class's validation images that are recognized; NaN if there are none.</param>
public sealed record TrainedClass(string Label, int TrainingImages, int ValidationImages, double Precision, double Recall);
