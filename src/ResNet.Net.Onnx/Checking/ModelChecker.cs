using ResNet.Net.Onnx.Schema;

namespace ResNet.Net.Onnx;

/// <summary>
/// Checks a graph's structure against the ONNX IR specification. Of the operators' own rules, it checks required inputs and the attributes
/// of windows.
/// </summary>
internal sealed class ModelChecker
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _domains;
    private readonly long _opset;

    private ModelChecker(ModelProto model)
    {
        _opset = model.OpsetImport.FirstOrDefault(o => OnnxModel.Canonical(o.Domain).Length == 0)?.Version ?? 1;
        _domains = [.. model.OpsetImport.Select(o => OnnxModel.Canonical(o.Domain))];
    }

    public static List<string> Check(ModelProto model)
    {
        ModelChecker checker = new(model);
        if (model.IrVersion < 1)
        {
            checker._problems.Add($"the IR version is {model.IrVersion}, but the first one is 1");
        }

        if (model.IrVersion >= 3 && model.OpsetImport.Count == 0)
        {
            checker._problems.Add("no operator set is imported");
        }

        foreach (IGrouping<string, OperatorSetIdProto> imports in model.OpsetImport
            .GroupBy(o => OnnxModel.Canonical(o.Domain)).Where(g => g.Count() > 1))
        {
            checker._problems.Add($"the operator set '{imports.Key}' is imported {imports.Count()} times");
        }

        if (model.Graph is null)
        {
            checker._problems.Add("the model has no graph");
        }
        else
        {
            checker.CheckGraph(model.Graph, null);
        }

        return checker._problems;
    }

    private void CheckGraph(GraphProto graph, Scope? outer)
    {
        Scope known = new(outer);
        HashSet<string> inputs = [];
        foreach (ValueInfoProto input in graph.Input)
        {
            if (!inputs.Add(input.Name) || input.Name.Length == 0)
            {
                _problems.Add(input.Name.Length == 0 ? "a graph input has no name" : $"two graph inputs are named '{input.Name}'");
            }
        }

        known.Add(inputs);
        CheckInitializers(graph, known);
        Dictionary<string, NodeProto> producers = [];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output.Where(o => o.Length > 0))
            {
                if (!producers.TryAdd(output, node))
                {
                    _problems.Add($"two nodes produce the value '{output}': {Describe(producers[output])} and {Describe(node)}");
                }
                else if (known.Contains(output))
                {
                    _problems.Add($"{Describe(node)} produces the value '{output}', which is already a graph input or an initializer");
                }
            }
        }

        CheckNodes(graph, known, producers);
        foreach (ValueInfoProto output in graph.Output.Where(o => !known.Contains(o.Name) && !producers.ContainsKey(o.Name)))
        {
            _problems.Add($"no node produces the graph output '{output.Name}'");
        }
    }

    private void CheckInitializers(GraphProto graph, Scope known)
    {
        HashSet<string> names = [];
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (!names.Add(tensor.Name))
            {
                _problems.Add(tensor.Name.Length == 0 ? "an initializer has no name" : $"two initializers are named '{tensor.Name}'");
            }

            if (TensorData.ProblemOf(tensor) is string problem)
            {
                _problems.Add(problem);
            }
        }

        known.Add(names);
        known.Add(graph.SparseInitializer.Select(s => s.Values?.Name ?? string.Empty));
    }

    private void CheckNodes(GraphProto graph, Scope known, Dictionary<string, NodeProto> producers)
    {
        bool inOrder = true;
        foreach (NodeProto node in graph.Node)
        {
            if (node.OpType.Length == 0)
            {
                _problems.Add($"{Describe(node)} has no operator");
            }

            string domain = OnnxModel.Canonical(node.Domain);
            if (!_domains.Contains(domain) && (_domains.Count > 0 || domain.Length > 0))
            {
                _problems.Add($"{Describe(node)} uses the operator set '{node.Domain}', which is not imported");
            }

            OnnxNode described = new(node);
            if (OperatorInputs.ProblemOf(described, _opset) is string missing)
            {
                _problems.Add(missing);
            }

            _problems.AddRange(WindowAttributes.ProblemsOf(described));
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
                    _problems.Add(
                        $"input {i} of {Describe(node)} is '{input}', which is not a node's output, a graph input or an initializer");
                }
            }

            // A subgraph can use the values that were produced before its node.
            foreach (GraphProto subgraph in Subgraphs.Of(node))
            {
                CheckGraph(subgraph, known);
            }

            known.Add(node.Output.Where(o => o.Length > 0));
        }

        if (!inOrder)
        {
            try
            {
                List<OnnxNode> nodes = [.. graph.Node.Select(n => new OnnxNode(n))];
                OnnxNode late = NodeSorter.Sort(nodes).Where((n, i) => !ReferenceEquals(n, nodes[i])).First();
                _problems.Add($"the nodes are not in execution order: {late} follows a node that consumes its output");
            }
            catch (OnnxModelException exception)
            {
                _problems.Add(exception.Message.TrimEnd('.'));
            }
        }
    }

    /// <summary>Represents the names that are visible at a node: those of its graph so far, and those of the outer graphs.</summary>
    private sealed class Scope(Scope? outer)
    {
        private readonly HashSet<string> _names = [];

        public void Add(IEnumerable<string> names) => _names.UnionWith(names);

        public bool Contains(string name) => _names.Contains(name) || (outer?.Contains(name) ?? false);
    }

    private static string Describe(NodeProto node) => new OnnxNode(node).ToString();
}
