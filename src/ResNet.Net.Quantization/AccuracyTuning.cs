namespace ResNet.Net.Quantization;

/// <summary>
/// Tuning by accuracy: the quantized model is measured, and while the criterion does not hold, the layer with the lowest signal-to-noise ratio returns to float. Immutable.
/// </summary>
public sealed record AccuracyTuning
{
    /// <summary>Measures a model on the evaluation set: takes the bytes of an ONNX file, which are its own to keep, and gives its answers.</summary>
    public required Func<ReadOnlyMemory<byte>, CancellationToken, ModelAccuracy> Measure { get; init; }

    /// <summary>What must hold.</summary>
    /// <value><see cref="AccuracyCriterion.Default"/>: a relative fall of 1 % at most.</value>
    public AccuracyCriterion Criterion { get; init; } = AccuracyCriterion.Default;

    /// <summary>The most layers that may return to float, from 0; if the criterion does not hold then, the report says so.</summary>
    /// <value>No limit: with every layer in float the criterion holds.</value>
    public int MaxFloatLayers { get; init; } = int.MaxValue;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Measure);
        ArgumentNullException.ThrowIfNull(Criterion);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxFloatLayers);
        Criterion.Validate();
    }
}
