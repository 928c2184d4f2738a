namespace ResNet.Net.Quantization;

/// <summary>Represents the progress of a quantization.</summary>
/// <param name="Stage">The current stage.</param>
/// <param name="Completed">The number of completed steps of the stage.</param>
/// <param name="Total">The number of steps of the stage; 0 if unknown, as while tuning.</param>
/// <param name="Detail">The subject of the step; may be empty.</param>
public sealed record QuantizationProgress(QuantizationStage Stage, int Completed, int Total, string Detail = "");
