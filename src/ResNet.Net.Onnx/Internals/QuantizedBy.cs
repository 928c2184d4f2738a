namespace ResNet.Net.Onnx.Internals;

/// <summary>The names of the scale and the zero point that integers of a graph stand for real numbers by.</summary>
internal sealed record QuantizedBy(string Scale, string? ZeroPoint);
