using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Looks into subgraphs. Nodes such as If and Loop have them as attributes, and they can use the values of the outer graph.
/// </summary>
internal static class Subgraphs
{
    public static IEnumerable<GraphProto> Of(NodeProto node)
        => node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));

    /// <summary>Gets the values that a node and its subgraphs consume from the node's graph.</summary>
    public static IEnumerable<string> UsesOf(NodeProto node)
        => node.Input.Where(i => i.Length > 0).Concat(Of(node).SelectMany(OuterUsesOf));

    /// <summary>Gets the names of a node, of its subgraphs' nodes, and of all values that they produce or consume.</summary>
    public static IEnumerable<string> NamesOf(NodeProto node)
        => node.Input.Concat(node.Output).Append(node.Name).Concat(Of(node).SelectMany(g => g.Node.SelectMany(NamesOf)
            .Concat(g.Initializer.Select(t => t.Name)).Concat(g.Input.Select(i => i.Name))));

    /// <summary>
    /// Replaces a value in the inputs of a node and in its subgraphs, except where a subgraph has its own value of that name.
    /// </summary>
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
