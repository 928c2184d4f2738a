using ResNet.Net.Onnx.Internals.Schema;
using AttributeType = ResNet.Net.Onnx.Internals.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Nodes that hold graphs, for which the layer has no public way.</summary>
internal static class Nested
{
    /// <summary>A node whose inner graph has one node, and gives what that gives.</summary>
    public static OnnxNode If(string condition, string output, OnnxNode inner, string name = "either")
    {
        OnnxNode node = new("If", [condition], [output], name);
        GraphProto graph = new() { Name = "inner", Node = { inner.Proto } };
        graph.Output.Add(new OnnxValueInfo(inner.Outputs[0], OnnxElementType.Float, [1]).Proto);
        node.Proto.Attribute.Add(new AttributeProto { Name = "then_branch", Type = AttributeType.Graph, G = graph });
        return node;
    }

    public static GraphProto GraphOf(OnnxNode node) => node.Proto.Attribute[0].G;
}
