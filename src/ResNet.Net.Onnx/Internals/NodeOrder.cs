namespace ResNet.Net.Onnx.Internals;

/// <summary>An order in which nodes can run.</summary>
internal static class NodeOrder
{
    private const int MostShown = 20;

    /// <summary>Kahn's algorithm, taking the first that is ready in the order given.</summary>
    /// <exception cref="OnnxModelException">There is a cycle.</exception>
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

        int[] waitsFor = new int[nodes.Count];
        List<int>?[] waiting = new List<int>?[nodes.Count];
        PriorityQueue<int, int> ready = new();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (int producer in ProducersOf(nodes[i], producers))
            {
                (waiting[producer] ??= []).Add(i);
                waitsFor[i]++;
            }

            if (waitsFor[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }

        List<OnnxNode> sorted = new(nodes.Count);
        while (ready.TryDequeue(out int index, out _))
        {
            sorted.Add(nodes[index]);
            foreach (int next in waiting[index] ?? [])
            {
                if (--waitsFor[next] == 0)
                {
                    ready.Enqueue(next, next);
                }
            }
        }

        return sorted.Count == nodes.Count ? sorted : throw new OnnxModelException($"The graph has a cycle: {CycleOf(nodes, producers, waitsFor)}.");
    }

    private static IEnumerable<int> ProducersOf(OnnxNode node, Dictionary<string, int> producers)
        => Subgraphs.UsesOf(node.Proto).Distinct().Where(producers.ContainsKey).Select(value => producers[value]);

    private static string CycleOf(IList<OnnxNode> nodes, Dictionary<string, int> producers, int[] waitsFor)
    {
        // Whoever still waits, waits for somebody who does: going back leads around.
        int at = Array.FindIndex(waitsFor, w => w > 0);
        List<int> path = [];
        HashSet<int> seen = [];
        while (seen.Add(at))
        {
            path.Add(at);
            at = ProducersOf(nodes[at], producers).First(p => waitsFor[p] > 0);
        }

        path.RemoveRange(0, path.IndexOf(at));
        path.Reverse();
        return string.Join(" -> ", path.Take(MostShown).Select(i => nodes[i].ToString())) + (path.Count > MostShown ? $" -> and {path.Count - MostShown} more" : string.Empty) + $" -> {nodes[path[0]]}";
    }
}
