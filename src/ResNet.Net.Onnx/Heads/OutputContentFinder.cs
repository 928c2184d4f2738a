namespace ResNet.Net.Onnx;

/// <summary>Represents a node without most of its attributes.</summary>
internal sealed record NodeSummary(string OpType, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    /// <summary>Gets the permutation of a Transpose.</summary>
    public IReadOnlyList<long> Permutation { get; init; } = [];

    /// <summary>Gets the class labels of a ZipMap.</summary>
    public IReadOnlyList<string> ClassLabels { get; init; } = [];

    public static NodeSummary Of(OnnxNode node) => new(node.OpType, node.Proto.Input, node.Proto.Output);
}

/// <summary>Walks back from outputs to the operators that determine their content.</summary>
internal sealed class OutputContentFinder
{
    // More than any model has between its output and the operator that matters.
    private const int MaxNodes = 32;

    // Operators that keep the values of their first input, apart from rounding.
    private static readonly HashSet<string> PassThrough =
    [
        "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout", "QuantizeLinear", "DequantizeLinear", "Transpose",
        "ZipMap",
    ];

    private static readonly HashSet<string> BlockEnds = [.. PassThrough, "Relu"];
    private static readonly HashSet<string> DenseLayers = ["Gemm", "MatMul", "QGemm", "QLinearMatMul"];
    private static readonly HashSet<string> Convolutions = ["Conv", "QLinearConv"];

    private static readonly HashSet<string> PoolingLayers =
        ["GlobalAveragePool", "AveragePool", "ReduceMean", "GlobalMaxPool", "QLinearGlobalAveragePool", "QLinearAveragePool"];

    private readonly OnnxModelSummary _summary;
    private readonly Dictionary<string, NodeSummary> _producers = [];
    private readonly HashSet<string> _constants;
    private readonly Dictionary<NodeSummary, OnnxOutputContent> _scored = new(ReferenceEqualityComparer.Instance);
    private HashSet<NodeSummary>? _classified;

    public OutputContentFinder(OnnxModelSummary summary)
    {
        _summary = summary;
        _constants = [.. summary.InitializerNames];
        foreach (NodeSummary node in summary.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                _producers.TryAdd(output, node);
                if (node.OpType == "Constant")
                {
                    _constants.Add(output);
                }
            }
        }
    }

    public OnnxOutputContent Find(string output) => Find(SkipTo(output, PassThrough, out bool isQuantized), isQuantized);

    /// <summary>Determines whether an output is the result of pooling, without a dense layer behind it.</summary>
    public bool IsPooled(string output)
        => SkipTo(output, PassThrough, out _) is { } node && PoolingLayers.Contains(node.OpType);

    /// <summary>Finds the outputs that can contain class scores: all with logits or probabilities, without the inputs of others.</summary>
    public string[] FindScores()
    {
        (string Name, NodeSummary? Node, OnnxOutputContent Content)[] outputs =
        [
            .. _summary.OutputNames.Select(name => (name, SkipTo(name, PassThrough, out _), Find(name)))
                .Where(o => o.Item3 is not (OnnxOutputContent.Unknown or OnnxOutputContent.Features)),
        ];

        // The logits of an output with their Softmax or Sigmoid are the same scores.
        HashSet<NodeSummary?> activated = new(
            outputs.Select(o => o.Node is { } node && ActivationMatcher.Match(node, ProducerOf) is (_, string scores)
                ? SkipTo(scores, PassThrough, out _)
                : null),
            ReferenceEqualityComparer.Instance);
        return [.. outputs.Where(o => !activated.Contains(o.Node)).Select(o => o.Name)];
    }

    private OnnxOutputContent Find(NodeSummary? node, bool isQuantized)
    {
        if (node is null)
        {
            return OnnxOutputContent.Unknown;
        }

        return ActivationMatcher.Match(node, ProducerOf) is (OnnxOutputContent content, _)
            ? isQuantized && content == OnnxOutputContent.Softmax ? OnnxOutputContent.QuantizedSoftmax : content
            : FindScored(node);
    }

    // Damaged files can have thousands of outputs of one node with thousands of inputs.
    private OnnxOutputContent FindScored(NodeSummary node)
    {
        if (!_scored.TryGetValue(node, out OnnxOutputContent content))
        {
            _scored.Add(node, content = ExamineScored(node));
        }

        return content;
    }

    private OnnxOutputContent ExamineScored(NodeSummary node) => node.OpType switch
    {
        string dense when DenseLayers.Contains(dense) || Convolutions.Contains(dense) => OnnxOutputContent.Logits,
        "Add" or "QLinearAdd" when IsBiasOf(node, DenseLayers) || IsBiasOf(node, Convolutions) => OnnxOutputContent.Logits,
        string pooling when PoolingLayers.Contains(pooling) => FindPooled(node),
        _ => OnnxOutputContent.Unknown,
    };

    // Pooled values that a dense layer classifies are features. Otherwise, a convolution before the pool is a classification layer,
    // as in SqueezeNet, and a residual sum is the last block of a backbone.
    private OnnxOutputContent FindPooled(NodeSummary pool)
    {
        _classified ??= new HashSet<NodeSummary>(
            _summary.Nodes.Select(n => DenseLayers.Contains(n.OpType) && n.Inputs is [string input, ..]
                ? SkipTo(input, PassThrough, out _)
                : null).OfType<NodeSummary>(),
            ReferenceEqualityComparer.Instance);
        if (_classified.Contains(pool))
        {
            return OnnxOutputContent.Features;
        }

        NodeSummary? before = pool.Inputs is [string maps, ..] ? SkipTo(maps, BlockEnds, out _) : null;
        return before?.OpType switch
        {
            string convolution when Convolutions.Contains(convolution) => OnnxOutputContent.Logits,
            "Add" when before.Inputs.Any(IsConstant)
                => IsBiasOf(before, Convolutions) ? OnnxOutputContent.Logits : OnnxOutputContent.Unknown,

            // A classification layer has no BatchNormalization behind it.
            "Add" or "Sum" or "QLinearAdd" or "BatchNormalization" => OnnxOutputContent.Features,
            _ => OnnxOutputContent.Unknown,
        };
    }

    private bool IsBiasOf(NodeSummary add, HashSet<string> layers)
        => add.Inputs.Any(i => SkipTo(i, PassThrough, out _) is { } node && layers.Contains(node.OpType));

    private bool IsConstant(string value)
        => _constants.Contains(value)
            || (_producers.GetValueOrDefault(value) is { OpType: "DequantizeLinear", Inputs: [string input, ..] }
                && _constants.Contains(input));

    private NodeSummary? ProducerOf(string value) => _producers.GetValueOrDefault(value);

    /// <summary>Returns the producer of a value, after skipping operators; null if there is none.</summary>
    private NodeSummary? SkipTo(string value, HashSet<string> skipped, out bool isQuantized)
    {
        isQuantized = false;
        for (int i = 0; i < MaxNodes && _producers.TryGetValue(value, out NodeSummary? node); i++)
        {
            if (!skipped.Contains(node.OpType) || node.Inputs.Count == 0)
            {
                return node;
            }

            isQuantized |= node.OpType == "DequantizeLinear";
            value = node.Inputs[0];
        }

        return null;
    }
}
