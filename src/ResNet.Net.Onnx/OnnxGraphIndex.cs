namespace ResNet.Net.Onnx;

/// <summary>Look-ups in a graph by value name, as it was when the index was made.</summary>
public sealed class OnnxGraphIndex
{
    private readonly Dictionary<string, OnnxNode> _producers = [];
    private readonly Dictionary<string, List<OnnxNode>> _consumers = [];
    private readonly Dictionary<string, OnnxTensor> _initializers = [];

    internal OnnxGraphIndex(OnnxGraph graph)
    {
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            _initializers.TryAdd(tensor.Name, tensor);
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs.Where(o => o.Length > 0))
            {
                _producers.TryAdd(output, node);
            }

            foreach (string input in Internals.Subgraphs.UsesOf(node.Proto).Distinct())
            {
                if (!_consumers.TryGetValue(input, out List<OnnxNode>? list))
                {
                    _consumers.Add(input, list = []);
                }

                list.Add(node);
            }
        }
    }

    /// <summary>The node that gives a value.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The node; null for inputs, initializers and unknown names.</returns>
    public OnnxNode? FindProducer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that take a value, each once, in the order of the graph; inner graphs of a node count as the node.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The nodes; none where nothing takes it.</returns>
    public IReadOnlyList<OnnxNode> FindConsumers(string value) => _consumers.TryGetValue(value, out List<OnnxNode>? list) ? list : [];

    /// <summary>The weight or constant of a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The tensor; null where there is none.</returns>
    public OnnxTensor? FindInitializer(string name) => _initializers.GetValueOrDefault(name);
}
