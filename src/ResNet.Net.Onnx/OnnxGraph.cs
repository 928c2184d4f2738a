using ResNet.Net.Onnx.Internals;
using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// A graph: nodes in an order in which they can run, the values that come in and go out, and the initializers (weights).
/// The lists can be edited; look-ups among many nodes go through <see cref="CreateIndex"/>.
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

    /// <summary>The graph's name.</summary>
    public string Name
    {
        get => Proto.Name;
        set => Proto.Name = value;
    }

    /// <summary>The nodes, each after those whose outputs it takes.</summary>
    public IList<OnnxNode> Nodes { get; }

    /// <summary>What the graph declares as inputs. In files of IR version 3 this lists the initializers too: see <see cref="FeedInputs"/>.</summary>
    public IList<OnnxValueInfo> Inputs { get; }

    /// <summary>What the graph gives.</summary>
    public IList<OnnxValueInfo> Outputs { get; }

    /// <summary>What the file says of values between nodes; often nothing.</summary>
    public IList<OnnxValueInfo> ValueInfos { get; }

    /// <summary>The weights and other constants, by their names.</summary>
    public IList<OnnxTensor> Initializers { get; }

    /// <summary>The inputs that a caller has to feed: those that are no initializer.</summary>
    public IEnumerable<OnnxValueInfo> FeedInputs
    {
        get
        {
            HashSet<string> initializers = [.. Initializers.Select(t => t.Name), .. Proto.SparseInitializer.Select(t => t.Values?.Name ?? string.Empty)];
            return Inputs.Where(i => !initializers.Contains(i.Name));
        }
    }

    internal GraphProto Proto { get; }

    /// <summary>Look-ups by value name, as the graph is now; edits made later are not in it.</summary>
    /// <returns>The look-ups.</returns>
    public OnnxGraphIndex CreateIndex() => new(this);

    /// <summary>The weight or constant of a name; searches the list.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The tensor; null where there is none.</returns>
    public OnnxTensor? FindInitializer(string name) => Initializers.FirstOrDefault(t => t.Name == name);

    /// <summary>The node that gives a value; searches the list.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The node; null where no node gives it.</returns>
    public OnnxNode? FindProducer(string value) => Nodes.FirstOrDefault(n => n.Outputs.Contains(value));

    /// <summary>Removes initializers from the graph's inputs, as files of IR version 3 list them. Callers can no longer replace weights, and a runtime may take them as constants.</summary>
    /// <returns>How many there were.</returns>
    public int DropInitializerInputs()
    {
        HashSet<OnnxValueInfo> feed = [.. FeedInputs];
        int count = Inputs.Count - feed.Count;
        for (int i = Inputs.Count - 1; i >= 0; i--)
        {
            if (!feed.Contains(Inputs[i]))
            {
                Inputs.RemoveAt(i);
            }
        }

        return count;
    }

    /// <summary>Removes nodes that no output needs, and initializers and value infos that nothing uses.</summary>
    /// <returns>How many nodes were removed.</returns>
    public int RemoveUnused()
    {
        // From the outputs back, whatever the order of the nodes.
        OnnxGraphIndex index = CreateIndex();
        HashSet<string> needed = [.. Outputs.Select(o => o.Name)];
        HashSet<OnnxNode> kept = [];
        Stack<string> open = new(needed);
        while (open.TryPop(out string? value))
        {
            if (index.FindProducer(value) is OnnxNode node && kept.Add(node))
            {
                foreach (string use in Subgraphs.UsesOf(node.Proto).Where(needed.Add))
                {
                    open.Push(use);
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

        static void RemoveAll<T>(IList<T> list, Predicate<T> unused) => ((List<T>)list).RemoveAll(unused);
    }

    /// <summary>Makes every node that takes a value, and every output of the graph that is it, take another one instead. The names of the graph's outputs change with it.</summary>
    /// <param name="value">The value that is taken now.</param>
    /// <param name="replacement">The value to take.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public void ReplaceUses(string value, string replacement)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        ArgumentException.ThrowIfNullOrEmpty(replacement);
        foreach (OnnxNode node in Nodes)
        {
            Subgraphs.Rename(node.Proto, value, replacement);
        }

        foreach (OnnxValueInfo output in Outputs.Where(o => o.Name == value))
        {
            output.Name = replacement;
        }
    }

    /// <summary>Orders the nodes so that each comes after those whose outputs it takes; otherwise keeps the order they have.</summary>
    /// <exception cref="OnnxModelException">There is a cycle; the message names its nodes.</exception>
    public void SortNodes()
    {
        List<OnnxNode> sorted = NodeOrder.Sort(Nodes);
        for (int i = 0; i < sorted.Count; i++)
        {
            Nodes[i] = sorted[i];
        }
    }

    /// <summary>A name that no value and no node of the graph has, subgraphs included.</summary>
    /// <param name="stem">What the name begins with; it is the name itself where that is free.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentException">The stem is empty.</exception>
    public string CreateUniqueName(string stem)
    {
        ArgumentException.ThrowIfNullOrEmpty(stem);
        return CreateUniqueName(stem, Names());
    }

    /// <summary>Every name of a value or node, subgraphs included.</summary>
    internal HashSet<string> Names()
    {
        HashSet<string> names = [.. Inputs.Select(i => i.Name), .. Outputs.Select(o => o.Name), .. ValueInfos.Select(v => v.Name), .. Initializers.Select(t => t.Name)];
        foreach (OnnxNode node in Nodes)
        {
            names.UnionWith(Subgraphs.NamesOf(node.Proto));
        }

        return names;
    }

    internal static string CreateUniqueName(string stem, HashSet<string> taken)
    {
        string name = stem;
        for (int number = 1; taken.Contains(name); number++)
        {
            name = $"{stem}_{number}";
        }

        return name;
    }

    /// <summary>Writes the lists back into the message.</summary>
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
}
