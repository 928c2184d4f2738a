namespace ResNet.Net.Onnx;

/// <summary>Represents one change that <see cref="OpsetUpgrader.Upgrade"/> made to a node.</summary>
/// <param name="Node">The node, as returned by <see cref="OnnxNode.ToString"/>.</param>
/// <param name="Opset">The opset that required the change.</param>
/// <param name="Change">A short description of the change.</param>
public sealed record OpsetUpgradeChange(string Node, long Opset, string Change);
