using ResNet.Net.Quantization;

namespace ResNet.Net.Samples.Quantize;

/// <summary>A model's answers and its speed.</summary>
/// <param name="Accuracy">Its answers.</param>
/// <param name="Bytes">The size of its file.</param>
/// <param name="Milliseconds">The median time that the model takes for one picture, without decoding and preparing it.</param>
/// <param name="ImagesPerSecond">Pictures a second in batches, reading and decoding included.</param>
internal sealed record MeasuredModel(ModelAccuracy Accuracy, long Bytes, double Milliseconds, double ImagesPerSecond);
