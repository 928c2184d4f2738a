using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Represents a quantized model and its report.</summary>
/// <param name="Model">The model; <see cref="OnnxModel.Save"/> writes it atomically.</param>
/// <param name="Report">The report with the ranges and the noise of every layer.</param>
public sealed record QuantizationResult(OnnxModel Model, QuantizationReport Report);
