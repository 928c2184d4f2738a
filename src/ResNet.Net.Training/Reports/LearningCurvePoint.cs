namespace ResNet.Net.Training;

/// <summary>Represents a point of the learning curve.</summary>
/// <param name="TrainingImages">The number of training images.</param>
/// <param name="TrainingAccuracy">The accuracy on these images in percent.</param>
/// <param name="ValidationAccuracy">The accuracy on the validation images in percent.</param>
public sealed record LearningCurvePoint(int TrainingImages, double TrainingAccuracy, double ValidationAccuracy);
