namespace ResNet.Net.Onnx;

/// <summary>Represents the result of <see cref="Caffe2Importer"/>.</summary>
/// <param name="Model">The ONNX model. The caller can edit it.</param>
/// <param name="Warnings">One message per property of the files that the model doesn't reproduce exactly; usually empty.</param>
public sealed record Caffe2ImportResult(OnnxModel Model, IReadOnlyList<string> Warnings);
