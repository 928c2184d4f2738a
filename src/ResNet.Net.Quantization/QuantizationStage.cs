namespace ResNet.Net.Quantization;

/// <summary>Specifies the stage of a quantization.</summary>
public enum QuantizationStage
{
    /// <summary>The graph is checked, upgraded and folded.</summary>
    Preparing,

    /// <summary>The float model runs on the calibration images. Each step is an image.</summary>
    Calibrating,

    /// <summary>The ranges are chosen. Each step is an activation.</summary>
    ChoosingRanges,

    /// <summary>The signal-to-quantization-noise ratio of each layer is measured. Each step is an image.</summary>
    MeasuringSqnr,

    /// <summary>Models are evaluated, the float model first. Each step is a model.</summary>
    Tuning,

    /// <summary>The quantized model is assembled.</summary>
    Writing,
}
