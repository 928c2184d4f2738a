namespace ResNet.Net;

/// <summary>Represents a class with its probability.</summary>
/// <param name="ClassIndex">The index of the class in the model's output, from 0.</param>
/// <param name="SynsetId">The WordNet synset id, such as <c>n01440764</c>; <see langword="null"/> if the classes have none.</param>
/// <param name="Label">The name of the class.</param>
/// <param name="Probability">
/// The probability, from 0 to 1. The probabilities of all classes sum to 1, except with <see cref="OutputKind.IndependentProbabilities"/>
/// and more than one output.
/// </param>
public readonly record struct Prediction(int ClassIndex, string? SynsetId, string Label, float Probability);
