using System.Runtime.InteropServices;
using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Looks into subgraphs. Nodes such as If and Loop have them as attributes, and they can use the values of the outer graph. Each search
/// visits every nested node once.
/// </summary>
internal static class Subgraphs
{
    /// <summary>
    /// The highest number of levels, as in <see cref="ProtobufReader"/>: each level is a graph, a node and an attribute, in the model.
    /// </summary>
    public const int MaxLevels = ((ProtobufReader.MaxDepth - 1) / 3) - 1;

    public static IEnumerable<GraphProto> Of(NodeProto node)
        => node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));

    /// <exception cref="OnnxModelException">Subgraphs are nested in more than <see cref="MaxLevels"/> levels.</exception>
    public static void ThrowIfTooDeep(GraphProto graph, string model) => ThrowIfTooDeep(graph, model, 0);

    /// <summary>Gets the values that a node and its subgraphs consume from the node's graph, once per use.</summary>
    public static IEnumerable<string> UsesOf(NodeProto node)
    {
        if (!Of(node).Any())
        {
            return node.Input.Where(i => i.Length > 0);
        }

        List<string> uses = [];
        AddUses(node, new Scopes(), uses);
        return uses;
    }

    /// <summary>Adds the names of a node, of its subgraphs' nodes, and of all values that they produce or consume.</summary>
    public static void AddNames(NodeProto node, HashSet<string> names)
    {
        names.UnionWith(node.Input);
        names.UnionWith(node.Output);
        names.Add(node.Name);
        foreach (GraphProto graph in Of(node))
        {
            foreach (NodeProto inner in graph.Node)
            {
                AddNames(inner, names);
            }

            names.UnionWith(graph.Initializer.Select(t => t.Name));
            names.UnionWith(graph.Input.Select(i => i.Name));
        }
    }

    /// <summary>
    /// Renames values in the inputs of a node and in its subgraphs, except where a subgraph has its own value of that name.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="rename">Returns the new name of a value, or the same name.</param>
    public static void Rename(NodeProto node, Func<string, string> rename) => Rename(node, rename, new Scopes());

    private static void ThrowIfTooDeep(GraphProto graph, string model, int level)
    {
        foreach (GraphProto subgraph in graph.Node.SelectMany(Of))
        {
            if (level == MaxLevels)
            {
                throw new OnnxModelException(
                    $"{model} has subgraphs in more than {MaxLevels} levels, which is not supported. It is damaged or not an image model.");
            }

            ThrowIfTooDeep(subgraph, model, level + 1);
        }
    }

    private static void AddUses(NodeProto node, Scopes scopes, List<string> uses)
    {
        uses.AddRange(node.Input.Where(i => i.Length > 0 && !scopes.Contains(i)));
        foreach (GraphProto graph in Of(node))
        {
            scopes.Enter(graph);
            foreach (NodeProto inner in graph.Node)
            {
                AddUses(inner, scopes, uses);
            }

            uses.AddRange(graph.Output.Select(o => o.Name).Where(name => !scopes.Contains(name)));
            scopes.Leave(graph);
        }
    }

    private static void Rename(NodeProto node, Func<string, string> rename, Scopes scopes)
    {
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (node.Input[i].Length > 0 && !scopes.Contains(node.Input[i]))
            {
                node.Input[i] = rename(node.Input[i]);
            }
        }

        foreach (GraphProto graph in Of(node))
        {
            scopes.Enter(graph);
            foreach (NodeProto inner in graph.Node)
            {
                Rename(inner, rename, scopes);
            }

            foreach (ValueInfoProto output in graph.Output.Where(o => !scopes.Contains(o.Name)))
            {
                string name = rename(output.Name);
                if (name != output.Name)
                {
                    output.Name = name;
                }
            }

            scopes.Leave(graph);
        }
    }

    /// <summary>Represents the names that the subgraphs around a node define. Several of them can define the same name.</summary>
    private sealed class Scopes
    {
        private readonly Dictionary<string, int> _definitions = [];

        public bool Contains(string name) => _definitions.ContainsKey(name);

        public void Enter(GraphProto graph)
        {
            foreach (string name in OwnNamesOf(graph))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_definitions, name, out _)++;
            }
        }

        public void Leave(GraphProto graph)
        {
            foreach (string name in OwnNamesOf(graph))
            {
                if (--CollectionsMarshal.GetValueRefOrAddDefault(_definitions, name, out _) == 0)
                {
                    _definitions.Remove(name);
                }
            }
        }

        private static IEnumerable<string> OwnNamesOf(GraphProto graph)
            => graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(t => t.Name)).Concat(graph.Node.SelectMany(n => n.Output));
    }
}
