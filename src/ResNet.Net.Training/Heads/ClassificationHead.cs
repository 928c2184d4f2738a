namespace ResNet.Net.Training;

/// <summary>Represents a trained head. It takes raw features: standardization and temperature are folded into its weights.</summary>
/// <param name="Hidden">The hidden ReLU layer; null for a linear head.</param>
/// <param name="Output">The layer that computes the logits.</param>
/// <param name="IsMultiLabel">Whether probabilities are sigmoids of the logits, not their softmax.</param>
internal sealed record ClassificationHead(DenseLayer? Hidden, DenseLayer Output, bool IsMultiLabel);
