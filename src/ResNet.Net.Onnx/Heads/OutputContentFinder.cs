namespace ResNet.Net.Onnx;

/// <summary>Represents a node without its attributes.</summary>
internal sealed record NodeSummary(string OpType, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>Walks back from an output to the operator that determines its content.</summary>
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

    private static readonly HashSet<string> DenseLayers = ["Gemm", "MatMul", "QGemm", "QLinearMatMul"];

    private readonly Dictionary<string, NodeSummary> _producers = [];
    private readonly IReadOnlyList<NodeSummary> _nodes;
    private readonly HashSet<string> _constants;

    private OutputContentFinder(OnnxModelSummary summary)
    {
        _nodes = summary.Nodes;
        _constants = [.. summary.InitializerNames];
        foreach (NodeSummary node in summary.Nodes)
        {
            foreach (string output in node.Outputs)
            {
                _producers.TryAdd(output, node);
            }
        }
    }

    public static OnnxOutputContent Find(OnnxModelSummary summary, string output)
    {
        OutputContentFinder finder = new(summary);
        return finder.SkipTo(output, PassThrough)?.OpType switch
        {
            "Softmax" or "QLinearSoftmax" => OnnxOutputContent.Softmax,
            "LogSoftmax" => OnnxOutputContent.LogSoftmax,
            "Sigmoid" or "HardSigmoid" or "QLinearSigmoid" => OnnxOutputContent.Sigmoid,
            "Gemm" or "MatMul" or "Conv" or "QGemm" or "QLinearMatMul" or "QLinearConv" => OnnxOutputContent.Logits,
            "Add" or "QLinearAdd" => finder.IsBiasedDenseLayer(output) ? OnnxOutputContent.Logits : OnnxOutputContent.Unknown,
            "GlobalAveragePool" or "AveragePool" or "ReduceMean" or "QLinearGlobalAveragePool" or "QLinearAveragePool"
                or "GlobalMaxPool" => finder.FindPooled(output),
            _ => OnnxOutputContent.Unknown,
        };
    }

    // Pooled values that a dense layer classifies are features. Otherwise, a convolution before the pool is a classification layer, as in
    // SqueezeNet, and a residual sum is the last block of a backbone.
    private OnnxOutputContent FindPooled(string output)
    {
        NodeSummary pool = SkipTo(output, PassThrough)!;
        if (_nodes.Any(n => DenseLayers.Contains(n.OpType) && n.Inputs.Count > 0 && SkipTo(n.Inputs[0], PassThrough) == pool))
        {
            return OnnxOutputContent.Features;
        }

        NodeSummary? before = pool.Inputs.Count > 0 ? SkipTo(pool.Inputs[0], [.. PassThrough, "Relu", "BatchNormalization"]) : null;
        return before?.OpType switch
        {
            "Conv" or "QLinearConv" => OnnxOutputContent.Logits,
            "Add" or "Sum" when !before.Inputs.Any(_constants.Contains) => OnnxOutputContent.Features,
            "QLinearAdd" => OnnxOutputContent.Features,
            _ => OnnxOutputContent.Unknown,
        };
    }

    private bool IsBiasedDenseLayer(string output)
    {
        NodeSummary add = SkipTo(output, PassThrough)!;
        return add.Inputs.Any(i => SkipTo(i, PassThrough)?.OpType is "MatMul" or "Gemm" or "Conv" or "QLinearMatMul");
    }

    /// <summary>Returns the producer of a value, after skipping operators; null if there is none.</summary>
    private NodeSummary? SkipTo(string value, HashSet<string> skipped)
    {
        for (int i = 0; i < MaxNodes && _producers.TryGetValue(value, out NodeSummary? node); i++)
        {
            if (!skipped.Contains(node.OpType) || node.Inputs.Count == 0)
            {
                return node;
            }

            value = node.Inputs[0];
        }

        return null;
    }
}
