using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Represents the graph of a model: its nodes in execution order, its inputs and outputs, and its initializers (weights).
/// All lists can be edited. For many lookups, use <see cref="CreateIndex"/>.
/// </summary>
public sealed class OnnxGraph
{
    internal OnnxGraph(GraphProto proto)
    {
        Proto = proto;
        Nodes = [.. proto.Node.Select(n => new OnnxNode(n))];
        Inputs = [.. proto.Input.Select(v => new OnnxValueInfo(v))];
        Outputs = [.. proto.Output.Select(v => new OnnxValueInfo(v))];
        ValueInfos = [.. proto.ValueInfo.Select(v => new OnnxValueInfo(v))];
        Initializers = [.. proto.Initializer.Select(t => new OnnxTensor(t))];
    }

    /// <summary>Gets or sets the graph's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>Gets the nodes in execution order: each node follows the nodes that produce its inputs.</summary>
    public IList<OnnxNode> Nodes { get; }

    /// <summary>Gets the declared inputs. Up to IR version 3 they include the initializers; see <see cref="FeedInputs"/>.</summary>
    public IList<OnnxValueInfo> Inputs { get; }

    /// <summary>Gets the outputs.</summary>
    public IList<OnnxValueInfo> Outputs { get; }

    /// <summary>Gets the declared types and shapes of intermediate values; often empty.</summary>
    public IList<OnnxValueInfo> ValueInfos { get; }

    /// <summary>Gets the weights and other constants.</summary>
    public IList<OnnxTensor> Initializers { get; }

    /// <summary>Gets the inputs that a caller must provide: those without an initializer.</summary>
    public IEnumerable<OnnxValueInfo> FeedInputs
    {
        get
        {
            IEnumerable<string> sparse = Proto.SparseInitializer.Select(t => t.Values?.Name ?? string.Empty);
            HashSet<string> initializers = [.. Initializers.Select(t => t.Name), .. sparse];
            return Inputs.Where(i => !initializers.Contains(i.Name));
        }
    }

    internal GraphProto Proto { get; }

    /// <summary>Creates an index for lookups by value name. It is a snapshot: later edits are not included.</summary>
    /// <returns>The index.</returns>
    public OnnxGraphIndex CreateIndex() => new(this);

    /// <summary>Finds an initializer by a linear search.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor; null if there is none.</returns>
    public OnnxTensor? FindInitializer(string name) => Initializers.FirstOrDefault(t => t.Name == name);

    /// <summary>Finds the node that produces a value by a linear search.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The node; null if no node produces the value.</returns>
    public OnnxNode? FindProducer(string value) => Nodes.FirstOrDefault(n => n.Outputs.Contains(value));

    /// <summary>
    /// Removes the initializers from the graph's inputs, where IR version 3 lists them. Callers can no longer replace weights, and a
    /// runtime can treat them as constants.
    /// </summary>
    /// <returns>The number of removed inputs.</returns>
    public int DropInitializerInputs()
    {
        HashSet<OnnxValueInfo> feed = [.. FeedInputs];
        int count = Inputs.Count - feed.Count;
        RemoveAll(Inputs, i => !feed.Contains(i));
        return count;
    }

    /// <summary>Removes the nodes that no output depends on, and the initializers and value infos that are no longer used.</summary>
    /// <returns>The number of removed nodes.</returns>
    public int RemoveUnused()
    {
        // Walks back from the outputs, so the order of the nodes doesn't matter.
        OnnxGraphIndex index = CreateIndex();
        HashSet<string> needed = [.. Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> kept = [];
        Stack<string> pending = new(needed);
        while (pending.TryPop(out string? value))
        {
            if (index.FindProducer(value) is OnnxNode node && kept.Add(node))
            {
                foreach (string use in Subgraphs.UsesOf(node.Proto).Where(needed.Add))
                {
                    pending.Push(use);
                }
            }
        }

        int before = Nodes.Count;
        RemoveAll(Nodes, n => !kept.Contains(n));
        HashSet<string> constants = [.. Initializers.Select(t => t.Name)];
        HashSet<string> known = [.. Nodes.SelectMany(n => n.Outputs), .. constants.Where(needed.Contains)];
        RemoveAll(Initializers, t => !needed.Contains(t.Name));
        RemoveAll(Inputs, i => constants.Contains(i.Name) && !needed.Contains(i.Name));
        RemoveAll(ValueInfos, v => !known.Contains(v.Name));
        return before - Nodes.Count;
    }

    /// <summary>
    /// Replaces every use of a value by another value: in node inputs, in subgraphs and in graph outputs. A graph output that is the
    /// value is renamed.
    /// </summary>
    /// <param name="value">The name of the value to replace.</param>
    /// <param name="replacement">The name of the replacement.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public void ReplaceUses(string value, string replacement)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        ArgumentException.ThrowIfNullOrEmpty(replacement);
        foreach (OnnxNode node in Nodes)
        {
            Subgraphs.Rename(node.Proto, name => name == value ? replacement : name);
        }

        foreach (OnnxValueInfo output in Outputs.Where(o => o.Name == value))
        {
            output.Name = replacement;
        }
    }

    /// <summary>Sorts the nodes so that each follows the nodes that produce its inputs. The sort is stable.</summary>
    /// <exception cref="OnnxModelException">The graph has a cycle. The message names its nodes.</exception>
    public void SortNodes()
    {
        List<OnnxNode> sorted = NodeSorter.Sort(Nodes);
        for (int i = 0; i < sorted.Count; i++)
        {
            Nodes[i] = sorted[i];
        }
    }

    /// <summary>Creates a name that no value and no node of the graph or its subgraphs has.</summary>
    /// <param name="stem">The start of the name, and the whole name if it is free.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentException">The stem is empty.</exception>
    public string CreateUniqueName(string stem)
    {
        ArgumentException.ThrowIfNullOrEmpty(stem);
        return new NameSet(Names()).Create(stem);
    }

    /// <summary>Gets the names of all values and nodes, including those of subgraphs.</summary>
    internal HashSet<string> Names()
    {
        HashSet<string> names = [.. Inputs.Concat(Outputs).Concat(ValueInfos).Select(v => v.Name), .. Initializers.Select(t => t.Name)];
        foreach (OnnxNode node in Nodes)
        {
            Subgraphs.AddNames(node.Proto, names);
        }

        return names;
    }

    internal void RemoveNodes(HashSet<OnnxNode> nodes) => RemoveAll(Nodes, nodes.Contains);

    internal void ReplaceNodes(IEnumerable<OnnxNode> nodes)
    {
        Nodes.Clear();
        ((List<OnnxNode>)Nodes).AddRange(nodes);
    }

    /// <summary>Copies the lists into the protobuf message.</summary>
    internal GraphProto ToProto()
    {
        Write(Proto.Node, Nodes, n => n.Proto);
        Write(Proto.Input, Inputs, v => v.Proto);
        Write(Proto.Output, Outputs, v => v.Proto);
        Write(Proto.ValueInfo, ValueInfos, v => v.Proto);
        Write(Proto.Initializer, Initializers, t => t.Proto);
        return Proto;

        static void Write<T, TProto>(Google.Protobuf.Collections.RepeatedField<TProto> field, IList<T> list, Func<T, TProto> proto)
        {
            field.Clear();
            field.AddRange(list.Select(proto));
        }
    }

    private static void RemoveAll<T>(IList<T> list, Predicate<T> match) => ((List<T>)list).RemoveAll(match);
}
