using ResNet.Net.Onnx;

namespace ResNet.Net;

/// <summary>Inputs of a model, and the outputs that it must give for them.</summary>
/// <param name="Name">The folder in the archive, such as <c>resnet50v1/test_data_set_0</c>; empty when there is none.</param>
/// <param name="Inputs">The tensors of <c>input_0.pb</c>, <c>input_1.pb</c>, ..., one at least.</param>
/// <param name="Outputs">The tensors of <c>output_0.pb</c>, <c>output_1.pb</c>, ..., one at least.</param>
public sealed record GoldenDataset(string Name, IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<OnnxTensor> Outputs);
