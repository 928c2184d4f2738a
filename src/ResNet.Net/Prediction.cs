namespace ResNet.Net;

/// <summary>One class with its probability.</summary>
/// <param name="ClassIndex">The index of the class in the model's output, from 0.</param>
/// <param name="SynsetId">The WordNet synset id (<c>n01440764</c>); null where the classes have none.</param>
/// <param name="Label">The class's name.</param>
/// <param name="Probability">From 0 to 1; all classes of an image add up to 1.</param>
public readonly record struct Prediction(int ClassIndex, string? SynsetId, string Label, float Probability);
