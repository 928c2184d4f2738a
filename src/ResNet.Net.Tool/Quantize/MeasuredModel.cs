using ResNet.Net.Quantization;

namespace ResNet.Net.Tool.Quantize;

/// <summary>The accuracy, size and speed of a model.</summary>
/// <param name="Accuracy">The predicted classes and the accuracy.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Milliseconds">The median inference time at batch size 1, without decoding and preprocessing.</param>
/// <param name="ImagesPerSecond">The throughput in batches, including reading and decoding.</param>
internal sealed record MeasuredModel(ModelAccuracy Accuracy, long Bytes, double Milliseconds, double ImagesPerSecond);
