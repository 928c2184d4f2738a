using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Represents inputs of a model and the expected outputs.</summary>
/// <param name="Name">The folder in the archive, such as <c>resnet50v1/test_data_set_0</c>; empty if there is none.</param>
/// <param name="Inputs">The tensors of <c>input_0.pb</c>, <c>input_1.pb</c> and so on, at least one.</param>
/// <param name="Outputs">The tensors of <c>output_0.pb</c>, <c>output_1.pb</c> and so on, at least one.</param>
public sealed record GoldenDataset(string Name, IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<OnnxTensor> Outputs);
