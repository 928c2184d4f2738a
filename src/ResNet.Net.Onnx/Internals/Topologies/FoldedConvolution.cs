namespace ResNet.Net.Onnx.Internals.Topologies;

/// <summary>A convolution with the batch normalisation after it.</summary>
/// <param name="Node">The convolution's node.</param>
/// <param name="WeightName">What ONNX Runtime calls the folded weights.</param>
/// <param name="BiasName">What ONNX Runtime calls the folded bias.</param>
/// <param name="Dims">The weights' shape.</param>
/// <param name="Weights">The folded weights.</param>
/// <param name="Bias">The folded bias, one for each filter.</param>
internal sealed record FoldedConvolution(OnnxNode Node, string WeightName, string BiasName, long[] Dims, float[] Weights, float[] Bias);
