using ResNet.Net.Onnx.Internals.Schema;

namespace ResNet.Net.Onnx.Internals;

/// <summary>What the ONNX IR specification demands of a graph's structure; what operators demand of their inputs is not looked at.</summary>
internal sealed class ModelChecker
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _domains;

    private ModelChecker(ModelProto model) => _domains = [.. model.OpsetImport.Select(o => OnnxModel.Canonical(o.Domain))];

    public static List<string> Check(ModelProto model)
    {
        ModelChecker checker = new(model);
        if (model.IrVersion < 1)
        {
            checker._problems.Add($"the IR version is {model.IrVersion}, but they are counted from 1");
        }

        if (model.IrVersion >= 3 && model.OpsetImport.Count == 0)
        {
            checker._problems.Add("no operator set is imported");
        }

        foreach (IGrouping<string, OperatorSetIdProto> twice in model.OpsetImport.GroupBy(o => OnnxModel.Canonical(o.Domain)).Where(g => g.Count() > 1))
        {
            checker._problems.Add($"the operator set '{twice.Key}' is imported {twice.Count()} times");
        }

        if (model.Graph is null)
        {
            checker._problems.Add("there is no graph");
        }
        else
        {
            checker.CheckGraph(model.Graph, null, model.IrVersion);
        }

        return checker._problems;
    }

    private void CheckGraph(GraphProto graph, Scope? outer, long irVersion)
    {
        Scope known = new(outer);
        HashSet<string> inputs = [];
        foreach (ValueInfoProto input in graph.Input)
        {
            if (!inputs.Add(input.Name) || input.Name.Length == 0)
            {
                _problems.Add(input.Name.Length == 0 ? "a graph input has no name" : $"two graph inputs are called '{input.Name}'");
            }
        }

        known.Add(inputs);
        CheckInitializers(graph, known, inputs, irVersion);
        Dictionary<string, NodeProto> producers = [];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output.Where(o => o.Length > 0))
            {
                if (!producers.TryAdd(output, node))
                {
                    _problems.Add($"two nodes give the value '{output}': {Name(producers[output])} and {Name(node)}");
                }
                else if (known.Contains(output))
                {
                    _problems.Add($"{Name(node)} gives the value '{output}', which is a graph input or an initializer already");
                }
            }
        }

        CheckNodes(graph, known, producers, irVersion);
        foreach (ValueInfoProto output in graph.Output.Where(o => !known.Contains(o.Name) && !producers.ContainsKey(o.Name)))
        {
            _problems.Add($"the graph output '{output.Name}' is given by no node");
        }
    }

    private void CheckInitializers(GraphProto graph, Scope known, HashSet<string> inputs, long irVersion)
    {
        HashSet<string> names = [];
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!names.Add(tensor.Name))
            {
                _problems.Add(tensor.Name.Length == 0 ? "an initializer has no name" : $"two initializers are called '{tensor.Name}'");
            }

            if (irVersion < 4 && !inputs.Contains(tensor.Name))
            {
                _problems.Add($"the initializer '{tensor.Name}' is no graph input, which IR version {irVersion} demands (version 4 does not)");
            }

            if (TensorData.ProblemOf(tensor) is string problem)
            {
                _problems.Add(problem);
            }
        }

        known.Add(names);
        known.Add(graph.SparseInitializer.Select(s => s.Values?.Name ?? string.Empty));
    }

    private void CheckNodes(GraphProto graph, Scope known, Dictionary<string, NodeProto> producers, long irVersion)
    {
        bool inOrder = true;
        foreach (NodeProto node in graph.Node)
        {
            if (node.OpType.Length == 0)
            {
                _problems.Add($"{Name(node)} has no operator");
            }

            if (!_domains.Contains(OnnxModel.Canonical(node.Domain)) && (_domains.Count > 0 || OnnxModel.Canonical(node.Domain).Length > 0))
            {
                _problems.Add($"{Name(node)} has an operator of the set '{node.Domain}', which is not imported");
            }

            for (int i = 0; i < node.Input.Count; i++)
            {
                string input = node.Input[i];
                if (input.Length == 0 || known.Contains(input))
                {
                    continue;
                }

                if (producers.ContainsKey(input))
                {
                    inOrder = false;
                }
                else
                {
                    _problems.Add($"input {i} of {Name(node)}, '{input}', is given by no node, and is neither a graph input nor an initializer");
                }
            }

            // An inner graph sees what was given before its node.
            foreach (GraphProto inner in Subgraphs.Of(node))
            {
                CheckGraph(inner, known, Math.Max(irVersion, 4));
            }

            known.Add(node.Output.Where(o => o.Length > 0));
        }

        if (!inOrder)
        {
            try
            {
                List<OnnxNode> nodes = [.. graph.Node.Select(n => new OnnxNode(n))];
                OnnxNode late = NodeOrder.Sort(nodes).Where((n, i) => !ReferenceEquals(n, nodes[i])).First();
                _problems.Add($"the nodes are in no order in which they can run: {late} stands after a node that takes its output");
            }
            catch (OnnxModelException exception)
            {
                _problems.Add(exception.Message.TrimEnd('.'));
            }
        }
    }

    /// <summary>The names that are known at a node: those of its graph so far, and of the graphs around it.</summary>
    private sealed class Scope(Scope? outer)
    {
        private readonly HashSet<string> _names = [];

        public void Add(IEnumerable<string> names) => _names.UnionWith(names);

        public bool Contains(string name) => _names.Contains(name) || (outer?.Contains(name) ?? false);
    }

    private static string Name(NodeProto node) => new OnnxNode(node).ToString();
}
