namespace ResNet.Net.Onnx;

/// <summary>Computes the outputs of a model that has no inputs, for example with ONNX Runtime.</summary>
/// <param name="model">The model. Its outputs have no declared types.</param>
/// <returns>
/// The values of the outputs, in the order of <see cref="OnnxGraph.Outputs"/>; <see langword="null"/> if the runtime can't compute them.
/// </returns>
public delegate IReadOnlyList<OnnxTensor>? ConstantEvaluator(OnnxModel model);
