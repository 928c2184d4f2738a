namespace ResNet.Net.Training;

/// <summary>Represents a validation image that equals or resembles a training image.</summary>
/// <param name="TrainingImage">The name of the training image.</param>
/// <param name="ValidationImage">The name of the validation image.</param>
/// <param name="Similarity">The cosine of their embeddings, up to 1.</param>
/// <param name="IsIdentical">Whether the files are byte-identical.</param>
/// <param name="HaveSameClass">Whether both have the same class.</param>
public sealed record DuplicateImages(
    string TrainingImage, string ValidationImage, double Similarity, bool IsIdentical, bool HaveSameClass);
