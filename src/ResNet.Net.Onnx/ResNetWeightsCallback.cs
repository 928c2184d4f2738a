namespace ResNet.Net.Onnx;

/// <summary>Gives the values of one weight tensor, in the order in which the network uses them.</summary>
/// <param name="name">The tensor's name, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="dims">Its shape: convolutions [out, in, height, width], the dense layer [classes, features], all others one dimension.</param>
/// <param name="values">Where the values go, in row-major order; zeros before.</param>
public delegate void ResNetWeightsCallback(string name, ReadOnlySpan<long> dims, Span<float> values);
