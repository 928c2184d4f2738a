namespace ResNet.Net.Onnx;

/// <summary>Represents one run of <see cref="GraphPasses.RemoveIdentities"/>.</summary>
internal sealed class IdentityRemover
{
    private readonly OnnxGraph _graph;
    private readonly OnnxGraphIndex _index;
    private readonly HashSet<string> _outputs;

    // Of the outputs of their nodes, before the run.
    private readonly Dictionary<string, int> _positions = [];
    private readonly ValueRenames _renames = new();
    private readonly HashSet<OnnxNode> _removed = [];

    public IdentityRemover(OnnxGraph graph)
    {
        _graph = graph;
        _index = graph.CreateIndex();
        _outputs = [.. graph.Outputs.Select(o => o.Name)];
        foreach (OnnxNode node in graph.Nodes)
        {
            _renames.AddUses(Subgraphs.UsesOf(node.Proto));
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                _positions.TryAdd(node.Outputs[i], i);
            }
        }
    }

    public int Run()
    {
        foreach (OnnxNode node in _graph.Nodes.Reverse())
        {
            if ((GraphPasses.Is(node, "Identity", 1) || IsInferenceDropout(node)) && TryBypass(node))
            {
                _removed.Add(node);
                _renames.RemoveUses(Subgraphs.UsesOf(node.Proto));
            }
        }

        if (_removed.Count > 0)
        {
            _graph.RemoveNodes(_removed);
            foreach (OnnxNode node in _graph.Nodes)
            {
                _renames.Apply(node);
            }
        }

        return _removed.Count;
    }

    private bool IsInferenceDropout(OnnxNode node)
        => GraphPasses.Is(node, "Dropout", 1)
            && node.Outputs.Skip(1).All(mask => mask.Length == 0 || (!_renames.IsUsed(mask) && !_outputs.Contains(mask)))
            && (node.GetInputOrNull(2) is not string training || IsFalse(_index.FindInitializer(_renames.Current(training))));

    private static bool IsFalse(OnnxTensor? flag) => flag is { ElementType: OnnxElementType.Bool, Length: 1 } && !flag.AsSpan<bool>()[0];

    private bool TryBypass(OnnxNode node)
    {
        (string input, string output) = (_renames.Current(node.Inputs[0]), node.Outputs[0]);
        if (!_outputs.Contains(output))
        {
            _renames.Replace(output, input);
            return true;
        }

        // A graph output keeps its name, so the producer of the input has to produce the output. The index is older than the removals,
        // but a value whose producer was removed or changed has another current name.
        if (_index.FindProducer(input) is not OnnxNode producer || _outputs.Contains(input))
        {
            return false;
        }

        _renames.Replace(input, output);
        producer.Outputs[_positions[input]] = output;
        return true;
    }
}
