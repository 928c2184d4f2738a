namespace ResNet.Net.Quantization;

/// <summary>How far a quantization is.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Done">Steps of the stage that are done.</param>
/// <param name="Total">Steps that the stage has; 0 where nobody knows, as while tuning.</param>
/// <param name="Detail">What the step was about; empty for nothing to say.</param>
public sealed record QuantizationProgress(QuantizationStage Stage, int Done, int Total, string Detail = "");
