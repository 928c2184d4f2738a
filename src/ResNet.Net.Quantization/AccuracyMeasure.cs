namespace ResNet.Net.Quantization;

/// <summary>What of a quantized model is compared with its float model.</summary>
public enum AccuracyMeasure
{
    /// <summary>The fall of top-1 accuracy as a share of the float model's, in percent: from 80.0 to 79.2 is 1 %.</summary>
    RelativeDrop,

    /// <summary>The fall of top-1 accuracy in percentage points.</summary>
    AbsoluteDrop,

    /// <summary>The share of pictures, in percent, on which the two name different classes. Needs no labels.</summary>
    Disagreement,
}
