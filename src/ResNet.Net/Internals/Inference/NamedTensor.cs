using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net.Internals.Inference;

/// <summary>A tensor and the name of the input or output that it is for.</summary>
internal readonly record struct NamedTensor(string Name, OrtValue Value);
