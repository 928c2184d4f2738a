namespace ResNet.Net.Comparison;

/// <summary>Represents a class and its probability.</summary>
internal sealed record PeerPrediction(int Class, float Probability);
