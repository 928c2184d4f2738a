namespace ResNet.Net.Quantization;

/// <summary>Represents the quantization of a layer.</summary>
public sealed record LayerReport
{
    /// <summary>Gets the node's name, or the name of its output if the node has none.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the operator in the float model, followed by <c>+Relu</c> if a Relu is part of the layer.</summary>
    public required string Operator { get; init; }

    /// <summary>Gets whether the layer computes in integers.</summary>
    public required bool IsQuantized { get; init; }

    /// <summary>Gets the reason why the layer stays in float; null if it is quantized.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the quantized input activations.</summary>
    public required IReadOnlyList<ActivationReport> Inputs { get; init; }

    /// <summary>Gets the quantized output activation; null if the output stays in float, as the scores do.</summary>
    public ActivationReport? Output { get; init; }

    /// <summary>Gets the largest magnitude of the weights; null if the layer has none.</summary>
    public double? LargestWeight { get; init; }

    /// <summary>Gets the signal-to-quantization-noise ratio of this layer quantized alone, in dB.</summary>
    /// <value>Null if it was not measured; infinity if there is no noise.</value>
    public double? Sqnr { get; init; }

    /// <summary>Gets the signal-to-quantization-noise ratio of the layer's output in the quantized model, in dB.</summary>
    /// <remarks>It includes the noise of all previous layers.</remarks>
    /// <value>Null if it was not measured; infinity if there is no noise.</value>
    public double? AccumulatedSqnr { get; init; }
}
