namespace ResNet.Net.Quantization;

/// <summary>
/// Represents accuracy-aware tuning: while the accuracy criterion is not met, the layer with the lowest signal-to-quantization-noise ratio
/// is reverted to float. Immutable; use <c>with</c> to change a copy.
/// </summary>
public sealed record AccuracyTuning
{
    /// <summary>Gets the function that evaluates a model. It receives the bytes of an ONNX file, which it may keep.</summary>
    public required Func<ReadOnlyMemory<byte>, CancellationToken, ModelAccuracy> Measure { get; init; }

    /// <summary>Gets the criterion to meet.</summary>
    /// <value>The default is <see cref="AccuracyCriterion.Default"/>: a relative drop of at most 1 %.</value>
    public AccuracyCriterion Criterion { get; init; } = AccuracyCriterion.Default;

    /// <summary>Gets the maximum number of layers that tuning reverts to float, from 0.</summary>
    /// <remarks>If the criterion is not met with that many layers in float, the report says so.</remarks>
    /// <value>The default is no limit: the criterion is met at the latest when every layer is in float.</value>
    public int MaxFloatLayers { get; init; } = int.MaxValue;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Measure);
        ArgumentNullException.ThrowIfNull(Criterion);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxFloatLayers);
        Criterion.Validate();
    }
}
