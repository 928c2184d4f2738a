namespace ResNet.Net.Onnx;

/// <summary>Describes an output that maps class labels to scores, as the operator ZipMap produces it.</summary>
/// <param name="ScoresName">The name of the tensor that contains the scores.</param>
/// <param name="Labels">The labels in the order of the scores. Integer labels are decimal text.</param>
public sealed record OnnxClassMap(string ScoresName, IReadOnlyList<string> Labels);
