namespace ResNet.Net.Evaluation;

/// <summary>Pictures of one class that were taken for another.</summary>
/// <param name="ClassIndex">The true class.</param>
/// <param name="PredictedClass">What they were taken for.</param>
/// <param name="Count">How many, from 1.</param>
public sealed record ConfusionPair(int ClassIndex, int PredictedClass, int Count);
