namespace ResNet.Net.Onnx;

/// <summary>Sorts nodes into execution order.</summary>
internal static class NodeSorter
{
    private const int MaxShown = 20;

    /// <summary>Sorts by Kahn's algorithm; of the nodes that are ready, it takes the first in the original order.</summary>
    /// <exception cref="OnnxModelException">The nodes form a cycle.</exception>
    public static List<OnnxNode> Sort(IList<OnnxNode> nodes)
    {
        Dictionary<string, int> producers = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Outputs.Where(o => o.Length > 0))
            {
                producers.TryAdd(output, i);
            }
        }

        int[] missingInputs = new int[nodes.Count];
        List<int>?[] consumers = new List<int>?[nodes.Count];
        PriorityQueue<int, int> ready = new();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (int producer in ProducersOf(nodes[i], producers))
            {
                (consumers[producer] ??= []).Add(i);
                missingInputs[i]++;
            }

            if (missingInputs[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        List<OnnxNode> sorted = new(nodes.Count);
        while (ready.TryDequeue(out int index, out _))
        {
            sorted.Add(nodes[index]);
            foreach (int next in consumers[index] ?? [])
            {
                if (--missingInputs[next] == 0)
                {
                    ready.Enqueue(next, next);
                }
            }
        }

        return sorted.Count == nodes.Count
            ? sorted
            : throw new OnnxModelException($"The graph has a cycle: {DescribeCycle(nodes, producers, missingInputs)}.");
    }

    private static IEnumerable<int> ProducersOf(OnnxNode node, Dictionary<string, int> producers)
        => Subgraphs.UsesOf(node.Proto).Distinct().Where(producers.ContainsKey).Select(value => producers[value]);

    private static string DescribeCycle(IList<OnnxNode> nodes, Dictionary<string, int> producers, int[] missingInputs)
    {
        // Every unsorted node has an unsorted producer, so following producers leads into a cycle.
        int at = Array.FindIndex(missingInputs, count => count > 0);
        List<int> path = [];
        HashSet<int> seen = [];
        while (seen.Add(at))
        {
            path.Add(at);
            at = ProducersOf(nodes[at], producers).First(p => missingInputs[p] > 0);
        }

        path.RemoveRange(0, path.IndexOf(at));
        path.Reverse();
        string more = path.Count > MaxShown ? $" -> and {path.Count - MaxShown} more" : string.Empty;
        return $"{string.Join(" -> ", path.Take(MaxShown).Select(i => nodes[i].ToString()))}{more} -> {nodes[path[0]]}";
    }
}
