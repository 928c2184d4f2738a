namespace ResNet.Net.Synthetic;

/// <summary>Provides the values of one weight tensor. Called in the order in which the network uses the tensors.</summary>
/// <param name="name">The tensor's name, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="shape">
/// The shape: [out, in, height, width] for convolutions, [classes, features] for the dense layer, else one dimension.
/// </param>
/// <param name="values">The destination of the values, in row-major order; initially zero.</param>
public delegate void ResNetWeightsCallback(string name, ReadOnlySpan<long> shape, Span<float> values);
