using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>A quantized model and the account of how it was made.</summary>
/// <param name="Model">The model; <see cref="OnnxModel.Save"/> writes it whole or not at all.</param>
/// <param name="Report">Every layer, its ranges and its noise, and what fell back to float.</param>
public sealed record QuantizationResult(OnnxModel Model, QuantizationReport Report);
