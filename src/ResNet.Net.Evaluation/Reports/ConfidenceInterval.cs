namespace ResNet.Net.Evaluation;

/// <summary>Represents a 95 % confidence interval of an accuracy (Wilson's score interval).</summary>
/// <param name="Low">The lower bound in percent.</param>
/// <param name="High">The upper bound in percent.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
