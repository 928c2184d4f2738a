using Microsoft.ML.OnnxRuntime;

namespace ResNet.Net;

/// <summary>A tensor and the name of the input or output that it is for.</summary>
internal readonly record struct NamedTensor(string Name, OrtValue Value);
