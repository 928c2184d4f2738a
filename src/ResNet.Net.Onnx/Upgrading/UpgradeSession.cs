using ResNet.Net.Onnx.Schema;
using AttributeType = ResNet.Net.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ResNet.Net.Onnx;

/// <summary>
/// Represents one upgrade: a graph with copies of the model's nodes and its original tensors, the changes, and the rejections.
/// </summary>
internal sealed class UpgradeSession
{
    // A damaged file can have millions of problems.
    private const int MaxShown = 100;

    private readonly OnnxModel _model;
    private readonly long _sourceOpset;
    private readonly List<OpsetUpgradeChange> _changes = [];
    private readonly List<string> _rejections = [];
    private readonly HashSet<OnnxNode> _rejected = [];
    private readonly HashSet<string> _replaced = [];
    private readonly Lazy<NameSet> _names;
    private readonly HashSet<string> _outputs;
    private readonly ValueRenames _renames = new();
    private readonly HashSet<OnnxNode> _removed = [];
    private readonly Dictionary<OnnxNode, List<OnnxNode>> _before = [];
    private readonly Dictionary<OnnxNode, List<OnnxNode>> _after = [];
    private Dictionary<string, OnnxTensor>? _constants;
    private long _opset;

    public UpgradeSession(OnnxModel model)
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
        IEnumerable<AttributeProto> attributes = Graph.Nodes.SelectMany(n => n.Proto.Attribute);
        foreach (AttributeProto attribute in attributes.Where(a => !a.HasType || a.Type == AttributeType.Undefined))
        {
            attribute.Type = TypeOf(attribute); // required since IR version 2
        }

        Facts = new ValueFacts(Graph);
        _names = new Lazy<NameSet>(() => new NameSet(source.Names()));
        _outputs = [.. Graph.Outputs.Select(o => o.Name)];
        _renames.AddUses(Graph.Nodes.SelectMany(n => n.Inputs));
    }

    public OnnxGraph Graph { get; }

    /// <summary>Gets the facts about the values of the original graph. Names keep their values during an upgrade.</summary>
    public ValueFacts Facts { get; }

    public IReadOnlyList<OpsetUpgradeChange> Changes => _changes;

    /// <summary>Rejects everything that no step can handle.</summary>
    public void RejectUnsupported()
    {
        if (_model.FunctionNames.Count > 0)
        {
            string names = string.Join(", ", _model.FunctionNames.Take(MaxShown));
            _rejections.Add($"the model defines functions ({names}), which can't be upgraded");
        }

        foreach (OnnxNode node in Graph.Nodes)
        {
            if (Subgraphs.Of(node.Proto).Any())
            {
                Reject(node, "it has a subgraph, which can't be upgraded");
            }
            else if (KnownOperators.ProblemOf(node, _sourceOpset) is string problem)
            {
                Reject(node, problem);
            }
        }
    }

    /// <summary>Upgrades the nodes, opset by opset.</summary>
    public void Run(long targetOpset)
    {
        while (_opset < targetOpset)
        {
            _opset++;
            foreach (OnnxNode node in Graph.Nodes.Where(n => n.Domain.Length == 0 && !_rejected.Contains(n)).ToArray())
            {
                if (KnownOperators.StepAt(node.OpType, _opset)?.Edit is { } edit)
                {
                    Edit(node, edit);
                }
            }

            ArrangeNodes();
        }
    }

    /// <exception cref="OnnxModelException">Something was rejected.</exception>
    public void ThrowIfRejected(long targetOpset)
    {
        if (_rejections.Count > 0)
        {
            string more = _rejections.Count > MaxShown ? $"; and {_rejections.Count - MaxShown} more" : string.Empty;
            throw new OnnxModelException(
                $"The model '{Graph.Name}' cannot be upgraded from opset {_sourceOpset} to {targetOpset}: "
                + $"{string.Join("; ", _rejections.Take(MaxShown))}{more}.");
        }
    }

    /// <summary>Copies the upgraded graph to the model.</summary>
    public void WriteBack()
    {
        HashSet<string> used = [.. Graph.Nodes.SelectMany(n => n.Inputs), .. Graph.Outputs.Select(o => o.Name)];
        OnnxGraph target = _model.Graph;
        Fill(target.Nodes, Graph.Nodes);
        Fill(target.Inputs, Graph.Inputs);
        Fill(target.Initializers, Graph.Initializers.Where(t => !_replaced.Contains(t.Name) || used.Contains(t.Name)).ToArray());
        HashSet<string> removed = [.. _replaced.Where(name => !used.Contains(name))];
        Fill(target.ValueInfos, Graph.ValueInfos.Where(v => !removed.Contains(v.Name)).ToArray());
    }

    public void Reject(OnnxNode node, string reason)
    {
        _rejected.Add(node);
        _rejections.Add($"{node}: {reason}");
    }

    public void Note(OnnxNode node, string change) => _changes.Add(new OpsetUpgradeChange(node.ToString(), _opset, change));

    /// <summary>Finds an initializer that callers can't replace.</summary>
    public OnnxTensor? FindConstant(string name)
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

    /// <summary>Adds an initializer for a node, named after the node's output.</summary>
    public string AddConstant<T>(OnnxNode node, string role, ReadOnlySpan<long> shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        OnnxTensor tensor = OnnxTensor.Create(NameFor(node, role), shape, values);
        Graph.Initializers.Add(tensor);
        return tensor.Name;
    }

    public string AddConstant(OnnxNode node, string role, long[] values) => AddConstant<long>(node, role, [values.Length], values);

    /// <summary>Adds a scalar initializer of a floating-point type; returns null for other types.</summary>
    public string? AddScalar(OnnxNode node, string role, OnnxElementType type, float value) => type switch
    {
        OnnxElementType.Float => AddConstant<float>(node, role, [], [value]),
        OnnxElementType.Double => AddConstant<double>(node, role, [], [value]),
        OnnxElementType.Float16 => AddConstant<Half>(node, role, [], [(Half)value]),
        _ => null,
    };

    /// <summary>Replaces a constant input of a node by a reshaped copy. The original is removed if nothing else uses it.</summary>
    public void ReplaceByReshaped(OnnxNode node, int input, OnnxTensor tensor, ReadOnlySpan<long> shape)
    {
        OnnxTensor reshaped = tensor.WithShape(NewName($"{tensor.Name}_reshaped"), shape);
        Graph.Initializers.Add(reshaped);
        _replaced.Add(tensor.Name);
        node.Inputs[input] = reshaped.Name;
    }

    public string NameFor(OnnxNode node, string role) => NewName($"{node.Outputs.FirstOrDefault(o => o.Length > 0) ?? node.OpType}_{role}");

    /// <summary>Inserts nodes in the order of the calls, after the current opset.</summary>
    public void InsertBefore(OnnxNode node, params ReadOnlySpan<OnnxNode> added) => Insert(_before, node, added);

    /// <summary>Inserts a node, after the current opset.</summary>
    public void InsertAfter(OnnxNode node, OnnxNode added) => Insert(_after, node, added);

    /// <summary>Determines whether a value is the input of a node or an output of the graph.</summary>
    public bool IsUsed(string value) => _renames.IsUsed(value) || _outputs.Contains(value);

    /// <summary>Removes a node whose first output equals its first input, after the current opset.</summary>
    public void Remove(OnnxNode node)
    {
        string output = node.Outputs[0];
        _replaced.UnionWith(node.Outputs.Concat(node.Inputs.Skip(1)));
        if (_outputs.Contains(output))
        {
            // Graph outputs must keep their names.
            node.OpType = "Identity";
            node.Proto.Attribute.Clear();
            NodeEdits.KeepInputs(node, 1);
            NodeEdits.KeepFirstOutput(node);
            return;
        }

        _removed.Add(node);
        _renames.Replace(output, node.Inputs[0]);
    }

    private void Edit(OnnxNode node, Action<OnnxNode, UpgradeSession> edit)
    {
        _renames.Apply(node);
        string[] inputs = [.. node.Inputs];
        edit(node, this);
        _renames.AddUses(_removed.Contains(node) ? [] : node.Inputs);
        _renames.RemoveUses(inputs);
    }

    private void Insert(Dictionary<OnnxNode, List<OnnxNode>> insertions, OnnxNode node, params ReadOnlySpan<OnnxNode> added)
    {
        if (!insertions.TryGetValue(node, out List<OnnxNode>? nodes))
        {
            insertions.Add(node, nodes = []);
        }

        foreach (OnnxNode newNode in added)
        {
            nodes.Add(newNode);
            _renames.AddUses(newNode.Inputs);
        }
    }

    // Once per opset, because each edit of the list would move all nodes behind it.
    private void ArrangeNodes()
    {
        if (_removed.Count + _before.Count + _after.Count > 0)
        {
            Graph.ReplaceNodes([.. Graph.Nodes.SelectMany(Arrange)]);
            _removed.Clear();
            _before.Clear();
            _after.Clear();
            foreach (OnnxNode node in Graph.Nodes)
            {
                _renames.Apply(node);
            }
        }

        IEnumerable<OnnxNode> Arrange(OnnxNode node)
            =>
            [
                .. _before.GetValueOrDefault(node, []),
                .. _removed.Contains(node) ? [] : new[] { node },
                .. _after.GetValueOrDefault(node, []),
            ];
    }

    private string NewName(string stem) => _names.Value.Create(stem);

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
            : AttributeType.Ints; // the only lists that are empty in practice
}
