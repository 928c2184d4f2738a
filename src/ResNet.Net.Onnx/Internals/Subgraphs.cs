using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Internals;

/// <summary>Nodes such as If and Loop hold graphs as attributes, whose nodes see the values of the graph around them.</summary>
internal static class Subgraphs
{
    public static IEnumerable<GraphProto> Of(NodeProto node)
        => node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));

    /// <summary>The values that a node takes from its own graph, with what its inner graphs take from there.</summary>
    public static IEnumerable<string> UsesOf(NodeProto node)
        => node.Input.Where(i => i.Length > 0).Concat(Of(node).SelectMany(OuterUsesOf));

    /// <summary>Every name that a node and its inner graphs give or take, and their own names.</summary>
    public static IEnumerable<string> NamesOf(NodeProto node)
        => node.Input.Concat(node.Output).Append(node.Name).Concat(Of(node).SelectMany(g => g.Node.SelectMany(NamesOf).Concat(g.Initializer.Select(t => t.Name)).Concat(g.Input.Select(i => i.Name))));

    public static void Rename(NodeProto node, string value, string replacement)
    {
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (node.Input[i] == value)
            {
                node.Input[i] = replacement;
            }
        }

        foreach (GraphProto graph in Of(node).Where(g => !OwnNamesOf(g).Contains(value)))
        {
            foreach (NodeProto inner in graph.Node)
            {
                Rename(inner, value, replacement);
            }

            foreach (ValueInfoProto output in graph.Output.Where(o => o.Name == value))
            {
                output.Name = replacement;
            }
        }
    }

    private static IEnumerable<string> OuterUsesOf(GraphProto graph)
    {
        HashSet<string> own = OwnNamesOf(graph);
        return graph.Node.SelectMany(UsesOf).Concat(graph.Output.Select(o => o.Name)).Where(name => !own.Contains(name));
    }

    private static HashSet<string> OwnNamesOf(GraphProto graph)
        => [.. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(t => t.Name), .. graph.Node.SelectMany(n => n.Output)];
}
