namespace ResNet.Net.Quantization;

/// <summary>What a quantization is doing.</summary>
public enum QuantizationStage
{
    /// <summary>The graph is checked, upgraded, folded.</summary>
    Preparing,

    /// <summary>Calibration pictures run through the float model; steps are pictures.</summary>
    Calibrating,

    /// <summary>Ranges are chosen; steps are activations.</summary>
    ChoosingRanges,

    /// <summary>Each layer's noise is measured; steps are pictures.</summary>
    MeasuringNoise,

    /// <summary>Models are evaluated; steps are models, the float one first.</summary>
    Tuning,

    /// <summary>The file is put together.</summary>
    Writing,
}
