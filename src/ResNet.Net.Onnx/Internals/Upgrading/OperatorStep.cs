namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>An opset at which an operator came or changed, and the edit that keeps a node's meaning; none where the specification only grew or was reworded.</summary>
internal sealed record OperatorStep(int Opset, Action<OnnxNode, UpgradeWork>? Edit);
