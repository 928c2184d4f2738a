namespace ResNet.Net.Onnx;

/// <summary>Represents one run of <see cref="ConstantFolding"/>.</summary>
internal sealed class ConstantFolder
{
    // Deeper than the constants of any model. Each level costs one evaluation.
    private const int MaxLevels = 200;

    private const int LargestElement = 8;
    private const long MaxOutputBytes = 256L << 20;
    private const long MaxTotalBytes = 1L << 30;
    private const long MaxGroupBytes = 256L << 20;
    private const long FirstIrVersionWithoutInitializerInputs = 4;

    private readonly OnnxModel _model;
    private readonly OnnxGraph _graph;
    private readonly ConstantEvaluator _evaluate;
    private readonly OnnxGraphIndex _index;
    private readonly HashSet<string> _outputs;
    private readonly Dictionary<string, OnnxTensor> _constants = [];
    private readonly Dictionary<string, OnnxTensor> _results = [];
    private readonly Dictionary<string, string> _aliases = [];
    private readonly HashSet<OnnxNode> _folded = [];
    private readonly HashSet<OnnxNode> _kept = [];
    private long _bytes;

    public ConstantFolder(OnnxModel model, ConstantEvaluator evaluate)
    {
        _model = model;
        _graph = model.Graph;
        _evaluate = evaluate;
        _index = _graph.CreateIndex();
        _outputs = [.. _graph.Outputs.Select(o => o.Name)];
        HashSet<string> replaceable = model.IrVersion >= FirstIrVersionWithoutInitializerInputs
            ? [.. _graph.Inputs.Select(i => i.Name)]
            : [];
        foreach (OnnxTensor tensor in _graph.Initializers.Where(t => !replaceable.Contains(t.Name)))
        {
            AddConstant(tensor.Name, tensor);
        }

        foreach (OnnxNode node in _graph.Nodes)
        {
            if (ConstantNode.TensorOf(node) is OnnxTensor tensor)
            {
                AddConstant(node.Outputs[0], tensor);
            }
        }
    }

    public int Run()
    {
        for (int level = 0; level < MaxLevels; level++)
        {
            int before = _folded.Count;
            FoldShapes();
            Evaluate(FindReady());
            if (_folded.Count == before)
            {
                break;
            }

            DropUnneeded();
        }

        if (_folded.Count > 0)
        {
            Apply();
        }

        return _folded.Count;
    }

    private void AddConstant(string name, OnnxTensor tensor)
    {
        if (tensor.Shape.Count <= StaticShapes.MaxRank && TensorData.SizeOf(tensor.ElementType) is > 0 and <= LargestElement
            && TensorData.ProblemOf(tensor.Proto) is null)
        {
            _constants.TryAdd(name, tensor);
        }
    }

    private void AddResult(string name, OnnxTensor tensor)
    {
        OnnxTensor named = tensor.WithName(name);
        _results[name] = named;
        _constants[name] = named;
        _bytes += BytesOf(tensor);
    }

    private static long BytesOf(OnnxTensor tensor) => tensor.Length * TensorData.SizeOf(tensor.ElementType);

    private IEnumerable<OnnxNode> Pending
        => _graph.Nodes.Where(n => !_folded.Contains(n) && !_kept.Contains(n) && n.Domain.Length == 0
            && n.Outputs.Any(o => o.Length > 0) && !n.Outputs.Any(_outputs.Contains));

    // Without an evaluation: the shapes of values, and Identity, which needs no copy.
    private void FoldShapes()
    {
        StaticShapes? shapes = null;
        foreach (OnnxNode node in Pending)
        {
            if (node.GetInputOrNull(0) is not string input || node.Outputs[0].Length == 0)
            {
                continue;
            }

            if (node.Is("Identity") && _constants.TryGetValue(input, out OnnxTensor? tensor))
            {
                _aliases[node.Outputs[0]] = _aliases.GetValueOrDefault(input, input);
                _constants[node.Outputs[0]] = tensor;
                _folded.Add(node);
            }
            else if (node.OpType is "Shape" or "Size" && (shapes ??= new StaticShapes(_graph, _constants)).Of(input) is long[] shape)
            {
                long[] selected = node.Is("Size") ? [] : Select(shape, node.Attributes);
                AddResult(
                    node.Outputs[0],
                    node.Is("Size")
                        ? OnnxTensor.Create<long>(string.Empty, [], [TensorData.LengthOf(shape) ?? 0])
                        : OnnxTensor.Create<long>(string.Empty, [selected.Length], selected));
                _folded.Add(node);
            }
        }
    }

    // From opset 15 on, Shape can return a range of the dimensions.
    private static long[] Select(long[] shape, OnnxAttributes attributes)
    {
        int start = Position(attributes.GetInt("start", 0));
        int end = Position(attributes.GetInt("end", shape.Length));
        return end > start ? shape[start..end] : [];

        int Position(long index) => (int)Math.Clamp(index < 0 ? Math.Max(index, -shape.Length) + shape.Length : index, 0, shape.Length);
    }

    private List<OnnxNode> FindReady()
    {
        List<OnnxNode> ready = [];
        long planned = _bytes;
        long opset = _model.Opset;
        foreach (OnnxNode node in Pending.Where(n => FoldableOperators.Contains(n) && !Subgraphs.Of(n.Proto).Any()))
        {
            if (node.Inputs.Any(i => i.Length > 0 && !_constants.ContainsKey(i))
                || OperatorInputs.ProblemOf(node, opset) is not null)
            {
                continue;
            }

            OnnxTensor?[] inputs = [.. node.Inputs.Select(i => i.Length > 0 ? _constants[i] : null)];
            long inputBytes = inputs.Sum(t => t is null ? 0 : BytesOf(t));
            long? outputBytes = FoldableOperators.LargestOutput(node, inputs) is long length
                ? TensorData.LengthOf([length, LargestElement, node.Outputs.Count])
                : null;
            if (outputBytes <= Math.Max(MaxOutputBytes, 2 * inputBytes) && planned + outputBytes <= MaxTotalBytes)
            {
                ready.Add(node);
                planned += outputBytes.Value;
            }
            else
            {
                _kept.Add(node);
            }
        }

        return ready;
    }

    private void Evaluate(List<OnnxNode> nodes)
    {
        List<OnnxNode> group = [];
        long bytes = 0;
        foreach (OnnxNode node in nodes)
        {
            long own = node.Inputs.Where(i => i.Length > 0).Sum(i => BytesOf(_constants[i]));
            if (group.Count > 0 && bytes + own > MaxGroupBytes)
            {
                EvaluateGroup(group);
                group.Clear();
                bytes = 0;
            }

            group.Add(node);
            bytes += own;
        }

        if (group.Count > 0)
        {
            EvaluateGroup(group);
        }
    }

    private void EvaluateGroup(List<OnnxNode> nodes)
    {
        OnnxModel part = new(Math.Max(_model.IrVersion, FirstIrVersionWithoutInitializerInputs), Math.Max(_model.Opset, 1), "constants");
        HashSet<string> added = [];
        foreach (string input in nodes.SelectMany(n => n.Inputs).Where(i => i.Length > 0 && added.Add(i)))
        {
            part.Graph.Initializers.Add(_constants[input].WithName(input));
        }

        string[] outputs = [.. nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0)];
        foreach (OnnxNode node in nodes)
        {
            part.Graph.Nodes.Add(node);
        }

        foreach (string output in outputs)
        {
            part.Graph.Outputs.Add(new OnnxValueInfo(new Schema.ValueInfoProto { Name = output }));
        }

        if (_evaluate(part) is not { } values)
        {
            if (nodes.Count == 1)
            {
                _kept.Add(nodes[0]);
                return;
            }

            foreach (OnnxNode node in nodes)
            {
                EvaluateGroup([node]);
            }

            return;
        }

        if (values.Count != outputs.Length)
        {
            throw new OnnxModelException($"The evaluator returned {values.Count} values for {outputs.Length} constants.");
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            AddResult(outputs[i], values[i]);
        }

        _folded.UnionWith(nodes);
    }

    // Intermediate results that no other node consumes.
    private void DropUnneeded()
    {
        HashSet<string> aliased = [.. _aliases.Values];
        foreach (string name in _results.Keys.Where(n => !aliased.Contains(n) && _index.FindConsumers(n).All(_folded.Contains)).ToArray())
        {
            _bytes -= BytesOf(_results[name]);
            _results.Remove(name);
            _constants.Remove(name);
        }
    }

    private void Apply()
    {
        _graph.RemoveNodes(_folded);
        HashSet<string> used = [];
        foreach (OnnxNode node in _graph.Nodes)
        {
            Subgraphs.Rename(node.Proto, value => _aliases.GetValueOrDefault(value, value));
            used.UnionWith(Subgraphs.UsesOf(node.Proto));
        }

        foreach (OnnxTensor result in _results.Values.Where(r => used.Contains(r.Name)))
        {
            _graph.Initializers.Add(result);
        }

        if (_model.IrVersion < FirstIrVersionWithoutInitializerInputs)
        {
            _model.IrVersion = FirstIrVersionWithoutInitializerInputs;
            _ = _graph.DropInitializerInputs();
        }

        _ = _graph.RemoveUnused();
    }
}
