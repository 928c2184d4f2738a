namespace ResNet.Net.Onnx;

/// <summary>Finds producers, consumers and initializers by value name. A snapshot of the graph: later edits are not included.</summary>
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

            foreach (string input in Subgraphs.UsesOf(node.Proto).Distinct())
            {
                if (!_consumers.TryGetValue(input, out List<OnnxNode>? list))
                {
                    _consumers.Add(input, list = []);
                }

                list.Add(node);
            }
        }
    }

    /// <summary>Finds the node that produces a value.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>The node; null for graph inputs, initializers and unknown names.</returns>
    public OnnxNode? FindProducer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>Finds the nodes that consume a value. A node whose subgraphs use the value counts as a consumer.</summary>
    /// <param name="value">The value's name.</param>
    /// <returns>Each consumer once, in graph order; empty if there are none.</returns>
    public IReadOnlyList<OnnxNode> FindConsumers(string value) => _consumers.TryGetValue(value, out List<OnnxNode>? list) ? list : [];

    /// <summary>Finds an initializer.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The tensor; null if there is none.</returns>
    public OnnxTensor? FindInitializer(string name) => _initializers.GetValueOrDefault(name);
}
