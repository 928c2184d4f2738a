namespace ResNet.Net.Evaluation;

/// <summary>Where the true accuracy lies, with 95 % confidence (Wilson's score interval).</summary>
/// <param name="Low">In percent.</param>
/// <param name="High">In percent.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
