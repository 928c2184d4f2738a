using ResNet.Net.Onnx.Internals.Schema;
using AttributeType = ResNet.Net.Onnx.Internals.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>One upgrade: a graph with copies of the model's nodes and its very tensors, what was changed, and what is refused.</summary>
internal sealed class UpgradeWork
{
    // A damaged file may have millions.
    private const int MostShown = 100;

    private readonly OnnxModel _model;
    private readonly long _sourceOpset;
    private readonly List<OpsetUpgradeChange> _changes = [];
    private readonly List<string> _refusals = [];
    private readonly HashSet<OnnxNode> _refused = [];
    private readonly HashSet<string> _replaced = [];
    private readonly Lazy<HashSet<string>> _names;
    private Dictionary<string, OnnxTensor>? _constants;
    private long _opset;

    public UpgradeWork(OnnxModel model)
    {
        _model = model;
        _sourceOpset = _opset = model.Opset;
        OnnxGraph source = model.Graph;
        GraphProto proto = new() { Name = source.Name };
        proto.Node.AddRange(source.Nodes.Select(n => n.Proto.Clone()));
        proto.SparseInitializer.AddRange(source.Proto.SparseInitializer);
        Graph = new OnnxGraph(proto);
        Fill(Graph.Inputs, source.Inputs);
        Fill(Graph.Outputs, source.Outputs);
        Fill(Graph.ValueInfos, source.ValueInfos);
        Fill(Graph.Initializers, source.Initializers);
        foreach (AttributeProto attribute in Graph.Nodes.SelectMany(n => n.Proto.Attribute).Where(a => !a.HasType || a.Type == AttributeType.Undefined))
        {
            attribute.Type = TypeOf(attribute); // IR version 1 did not ask for it, later ones do
        }

        Facts = new ValueFacts(Graph);
        _names = new Lazy<HashSet<string>>(Graph.Names);
    }

    public OnnxGraph Graph { get; }

    /// <summary>What was known of the values before anything was changed; names keep their values through an upgrade.</summary>
    public ValueFacts Facts { get; }

    public IReadOnlyList<OpsetUpgradeChange> Changes => _changes;

    /// <summary>Refuses what no step could judge.</summary>
    public void RefuseUnknown()
    {
        if (_model.FunctionNames.Count > 0)
        {
            _refusals.Add($"the model has functions of its own ({string.Join(", ", _model.FunctionNames.Take(MostShown))}), which are not upgraded");
        }

        foreach (OnnxNode node in Graph.Nodes)
        {
            if (Subgraphs.Of(node.Proto).Any())
            {
                Refuse(node, "it holds a graph of its own, which is not upgraded");
            }
            else if (KnownOperators.ProblemOf(node, _sourceOpset) is string problem)
            {
                Refuse(node, problem);
            }
        }
    }

    /// <summary>Takes the nodes from opset to opset.</summary>
    public void Run(long targetOpset)
    {
        while (_opset < targetOpset)
        {
            _opset++;
            foreach (OnnxNode node in Graph.Nodes.Where(n => n.Domain.Length == 0 && !_refused.Contains(n)).ToArray())
            {
                KnownOperators.StepAt(node.OpType, _opset)?.Edit?.Invoke(node, this);
            }
        }
    }

    /// <exception cref="OnnxModelException">Something was refused.</exception>
    public void ThrowIfRefused(long targetOpset)
    {
        if (_refusals.Count > 0)
        {
            string more = _refusals.Count > MostShown ? $"; and {_refusals.Count - MostShown} more" : string.Empty;
            throw new OnnxModelException($"The model '{Graph.Name}' cannot be upgraded from opset {_sourceOpset} to {targetOpset}: {string.Join("; ", _refusals.Take(MostShown))}{more}.");
        }
    }

    public void WriteBack()
    {
        HashSet<string> used = [.. Graph.Nodes.SelectMany(n => n.Inputs), .. Graph.Outputs.Select(o => o.Name)];
        OnnxGraph target = _model.Graph;
        Fill(target.Nodes, Graph.Nodes);
        Fill(target.Inputs, Graph.Inputs);
        Fill(target.Initializers, Graph.Initializers.Where(t => !_replaced.Contains(t.Name) || used.Contains(t.Name)).ToArray());
        HashSet<string> gone = [.. _replaced.Where(name => !used.Contains(name))];
        Fill(target.ValueInfos, Graph.ValueInfos.Where(v => !gone.Contains(v.Name)).ToArray());
    }

    public void Refuse(OnnxNode node, string why)
    {
        _refused.Add(node);
        _refusals.Add($"{node}: {why}");
    }

    public void Note(OnnxNode node, string change) => _changes.Add(new OpsetUpgradeChange(node.ToString(), _opset, change));

    /// <summary>An initializer whose values are fixed: none that a caller may feed.</summary>
    public OnnxTensor? Constant(string name)
    {
        if (_constants is null)
        {
            HashSet<string> inputs = [.. Graph.Inputs.Select(i => i.Name)];
            _constants = [];
            foreach (OnnxTensor tensor in Graph.Initializers.Where(t => !inputs.Contains(t.Name)))
            {
                _constants.TryAdd(tensor.Name, tensor);
            }
        }

        return _constants.GetValueOrDefault(name);
    }

    /// <summary>Adds an initializer for a node, named after what the node gives.</summary>
    public string AddConstant<T>(OnnxNode node, string role, ReadOnlySpan<long> dims, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        OnnxTensor tensor = OnnxTensor.Create(NameFor(node, role), dims, values);
        Graph.Initializers.Add(tensor);
        return tensor.Name;
    }

    public string AddConstant(OnnxNode node, string role, long[] values) => AddConstant<long>(node, role, [values.Length], values);

    /// <summary>A number as an initializer of a real type; null where the type is none, or not known.</summary>
    public string? AddScalar(OnnxNode node, string role, OnnxElementType type, float value) => type switch
    {
        OnnxElementType.Float => AddConstant<float>(node, role, [], [value]),
        OnnxElementType.Double => AddConstant<double>(node, role, [], [value]),
        OnnxElementType.Float16 => AddConstant<Half>(node, role, [], [(Half)value]),
        _ => null,
    };

    /// <summary>Gives a node a constant of another shape in place of one that it takes; the old one goes when nothing else takes it.</summary>
    public void ReplaceByReshaped(OnnxNode node, int input, OnnxTensor tensor, ReadOnlySpan<long> dims)
    {
        OnnxTensor reshaped = tensor.WithShape(NewName($"{tensor.Name}_reshaped"), dims);
        Graph.Initializers.Add(reshaped);
        _replaced.Add(tensor.Name);
        node.Inputs[input] = reshaped.Name;
    }

    public string NameFor(OnnxNode node, string role) => NewName($"{node.Outputs.FirstOrDefault(o => o.Length > 0) ?? node.OpType}_{role}");

    public void InsertBefore(OnnxNode node, params ReadOnlySpan<OnnxNode> added)
    {
        int at = Graph.Nodes.IndexOf(node);
        foreach (OnnxNode one in added)
        {
            Graph.Nodes.Insert(at++, one);
        }
    }

    public void InsertAfter(OnnxNode node, OnnxNode added) => Graph.Nodes.Insert(Graph.Nodes.IndexOf(node) + 1, added);

    /// <summary>Whether a node of the graph takes a value, or the graph gives it.</summary>
    public bool IsUsed(string value) => Graph.Nodes.Any(n => n.Inputs.Contains(value)) || Graph.Outputs.Any(o => o.Name == value);

    /// <summary>Takes a node out whose first output is its first input.</summary>
    public void Remove(OnnxNode node)
    {
        string output = node.Outputs[0];
        _replaced.UnionWith(node.Outputs.Concat(node.Inputs.Skip(1)));
        if (Graph.Outputs.Any(o => o.Name == output))
        {
            // The graph's outputs keep their names.
            node.OpType = "Identity";
            node.Proto.Attribute.Clear();
            while (node.Inputs.Count > 1)
            {
                node.Inputs.RemoveAt(1);
            }

            while (node.Outputs.Count > 1)
            {
                node.Outputs.RemoveAt(1);
            }

            return;
        }

        Graph.Nodes.Remove(node);
        Graph.ReplaceUses(output, node.Inputs[0]);
    }

    private string NewName(string stem)
    {
        string name = OnnxGraph.CreateUniqueName(stem, _names.Value);
        _names.Value.Add(name);
        return name;
    }

    private static void Fill<T>(IList<T> list, IList<T> items)
    {
        list.Clear();
        foreach (T item in items)
        {
            list.Add(item);
        }
    }

    private static AttributeType TypeOf(AttributeProto attribute)
        => attribute.HasF ? AttributeType.Float
            : attribute.HasI ? AttributeType.Int
            : attribute.HasS ? AttributeType.String
            : attribute.T is not null ? AttributeType.Tensor
            : attribute.G is not null ? AttributeType.Graph
            : attribute.Floats.Count > 0 ? AttributeType.Floats
            : attribute.Strings.Count > 0 ? AttributeType.Strings
            : attribute.Tensors.Count > 0 ? AttributeType.Tensors
            : attribute.Graphs.Count > 0 ? AttributeType.Graphs
            : AttributeType.Ints; // the only lists that files have empty
}
