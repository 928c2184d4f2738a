using ResNet.Net.Onnx.Schema;
using AttributeType = ResNet.Net.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Creates nodes with subgraphs, which the public API can't create.</summary>
internal static class NestedGraphs
{
    /// <summary>Creates an If node whose subgraph has one node and returns that node's output.</summary>
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
