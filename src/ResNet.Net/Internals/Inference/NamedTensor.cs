using ResNet.Net.Internals.Inference.Interop;

namespace ResNet.Net.Internals.Inference;

/// <summary>A tensor and the name of the input or output that it is for.</summary>
internal readonly record struct NamedTensor(string Name, OrtValueHandle Value);
