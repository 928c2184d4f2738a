namespace ResNet.Net.Quantization;

/// <summary>Specifies how a quantized model is compared with its float model.</summary>
public enum AccuracyMeasure
{
    /// <summary>The relative drop in top-1 accuracy in percent: from 80.0 to 79.2 is 1 %.</summary>
    RelativeDrop,

    /// <summary>The drop in top-1 accuracy in percentage points.</summary>
    AbsoluteDrop,

    /// <summary>The percentage of images for which the models predict different classes. Needs no labels.</summary>
    Disagreement,
}
