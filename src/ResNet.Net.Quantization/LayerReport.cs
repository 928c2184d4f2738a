namespace ResNet.Net.Quantization;

/// <summary>What became of a layer.</summary>
public sealed record LayerReport
{
    /// <summary>The node's name, or its output's where it has none.</summary>
    public required string Name { get; init; }

    /// <summary>Its operator in the float model, with <c>+Relu</c> where that is part of it.</summary>
    public required string Operator { get; init; }

    /// <summary>Whether it computes in integers.</summary>
    public required bool IsQuantized { get; init; }

    /// <summary>Why it stays in float; null where it does not.</summary>
    public string? Reason { get; init; }

    /// <summary>The activations that it takes; none where they stay in float.</summary>
    public required IReadOnlyList<ActivationReport> Inputs { get; init; }

    /// <summary>The activation that it gives; null where that stays in float, as the scores do.</summary>
    public ActivationReport? Output { get; init; }

    /// <summary>The largest magnitude of its weights; null where it has none.</summary>
    public double? LargestWeight { get; init; }

    /// <summary>The signal-to-noise ratio of this layer quantized alone, in dB; null where it was not measured, infinite where there is no noise.</summary>
    public double? NoiseRatio { get; init; }

    /// <summary>The signal-to-noise ratio of its output in the finished model, the noise of all layers before it included, in dB; null where it was not measured.</summary>
    public double? AccumulatedNoiseRatio { get; init; }
}
