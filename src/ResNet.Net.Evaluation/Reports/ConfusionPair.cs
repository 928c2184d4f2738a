namespace ResNet.Net.Evaluation;

/// <summary>Represents images of one class that are classified as another class.</summary>
/// <param name="ClassIndex">The true class.</param>
/// <param name="PredictedClass">The predicted class.</param>
/// <param name="Count">The number of images, at least 1.</param>
public sealed record ConfusionPair(int ClassIndex, int PredictedClass, int Count);
