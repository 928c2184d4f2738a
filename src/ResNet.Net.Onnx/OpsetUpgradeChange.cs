namespace ResNet.Net.Onnx;

/// <summary>What <see cref="OpsetUpgrader.Upgrade"/> did to a node.</summary>
/// <param name="Node">The node, as <see cref="OnnxNode.ToString"/> puts it.</param>
/// <param name="Opset">The opset whose step it was.</param>
/// <param name="Change">What was done, in a few words.</param>
public sealed record OpsetUpgradeChange(string Node, long Opset, string Change);
