namespace ResNet.Net.Onnx.Internals.Upgrading;

/// <summary>
/// The operators that can be upgraded, with every opset up to 13 at which ONNX changed them, and the edit for each. A test compares the opsets with ONNX's own record.
/// </summary>
internal static class KnownOperators
{
    private static readonly OperatorStep[] Elementwise = [Since(1), Edit(6, Adapters.DropConsumedInputs), Edit(7, Adapters.ReplaceBroadcast), Same(13)];

    private static readonly Dictionary<string, OperatorStep[]> Steps = new()
    {
        ["Add"] = Elementwise,
        ["AveragePool"] = [Since(1), Same(7), Same(10), Same(11)],
        ["BatchNormalization"] = [Since(1), Edit(6, Adapters.DropConsumedInputs), Edit(7, Adapters.DropIsTest), Edit(9, Adapters.DropSpatial)],
        ["Cast"] = [Since(1), Edit(6, Adapters.NumberCastType), Same(9), Same(13)],
        ["Clip"] = [Since(1), Edit(6, Adapters.DropConsumedInputs), Edit(11, Adapters.MoveClipLimits), Same(12), Same(13)],
        ["Concat"] = [Since(1), Edit(4, Adapters.NameConcatAxis), Same(11), Same(13)],
        ["Constant"] = [Since(1), Same(9), Same(11), Same(12), Same(13)],
        ["ConstantOfShape"] = [Since(9)],
        ["Conv"] = [Since(1), Same(11)],
        ["DequantizeLinear"] = [Since(10), Same(13)],
        ["Div"] = Elementwise,
        ["Dropout"] = [Since(1), Edit(6, Adapters.RemoveDropout), Edit(7, Adapters.RemoveDropout), Edit(10, Adapters.RemoveDropout), Edit(12, Adapters.RemoveDropout), Edit(13, Adapters.RemoveDropout)],
        ["Flatten"] = [Since(1), Same(9), Same(11), Same(13)],
        ["Gather"] = [Since(1), Same(11), Same(13)],
        ["Gemm"] = [Since(1), Same(6), Edit(7, Adapters.DropGemmBroadcast), Same(9), Same(11), Same(13)],
        ["GlobalAveragePool"] = [Since(1)],
        ["GlobalMaxPool"] = [Since(1)],
        ["Identity"] = [Since(1), Same(13)],
        ["LogSoftmax"] = [Since(1), Same(11), Edit(13, Adapters.UnflattenSoftmax)],
        ["LRN"] = [Since(1), Same(13)],
        ["MatMul"] = [Since(1), Same(9), Same(13)],
        ["MaxPool"] = [Since(1), Same(8), Same(10), Same(11), Same(12)],
        ["Mul"] = Elementwise,
        ["Pad"] = [Since(1), Edit(2, Adapters.RenamePaddings), Edit(11, Adapters.MovePads), Same(13)],
        ["QLinearConv"] = [Since(10)],
        ["QLinearMatMul"] = [Since(10)],
        ["QuantizeLinear"] = [Since(10), Same(13)],
        ["ReduceMean"] = [Since(1), Same(11), Same(13)],
        ["ReduceSum"] = [Since(1), Same(11), Edit(13, Adapters.MoveAxes)],
        ["Relu"] = [Since(1), Edit(6, Adapters.DropConsumedInputs), Same(13)],
        ["Reshape"] = [Since(1), Edit(5, Adapters.MoveShape), Same(13)],
        ["Shape"] = [Since(1), Same(13)],
        ["Slice"] = [Since(1), Edit(10, Adapters.MoveSlice), Same(11), Same(13)],
        ["Softmax"] = [Since(1), Same(11), Edit(13, Adapters.UnflattenSoftmax)],
        ["Squeeze"] = [Since(1), Same(11), Edit(13, Adapters.MoveAxes)],
        ["Sub"] = Elementwise,
        ["Sum"] = [Since(1), Edit(6, Adapters.DropConsumedInputs), Same(8), Same(13)],
        ["Transpose"] = [Since(1), Same(13)],
        ["Unsqueeze"] = [Since(1), Same(11), Edit(13, Adapters.MoveAxes)],
    };

    /// <summary>Operators of ONNX Runtime's own set that quantized and fused classifiers hold. They do not change with ONNX's opset.</summary>
    private static readonly HashSet<string> Microsoft =
    [
        "DequantizeLinear", "FusedConv", "FusedGemm", "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul",
        "QLinearSigmoid", "QLinearSoftmax", "QuantizeLinear",
    ];

    /// <summary>The opsets at which each operator came and changed.</summary>
    public static IReadOnlyDictionary<string, int[]> History => Steps.ToDictionary(s => s.Key, s => s.Value.Select(step => step.Opset).ToArray());

    public static OperatorStep? StepAt(string opType, long opset) => Steps.TryGetValue(opType, out OperatorStep[]? steps) ? Array.Find(steps, s => s.Opset == opset) : null;

    /// <summary>Why a node cannot be upgraded at all; null where it can.</summary>
    public static string? ProblemOf(OnnxNode node, long opset)
    {
        const string Unknown = "the upgrader does not know the operator";
        if (node.Domain.Length > 0)
        {
            return node.Domain == "com.microsoft" && Microsoft.Contains(node.OpType) ? null : Unknown;
        }

        return !Steps.TryGetValue(node.OpType, out OperatorStep[]? steps) ? Unknown
            : steps[0].Opset > opset ? $"the operator came with opset {steps[0].Opset} only"
            : node.GetInputOrNull(0) is null && node.OpType != "Constant" ? "it has no first input"
            : node.Outputs.Count == 0 || node.Outputs[0].Length == 0 ? "it has no first output"
            : node.OpType == "BatchNormalization" ? Adapters.TrainingOf(node, opset)
            : null;
    }

    private static OperatorStep Since(int opset) => new(opset, null);

    /// <summary>More types, negative axes, optional attributes and inputs, or other words: a node of before means the same.</summary>
    private static OperatorStep Same(int opset) => new(opset, null);

    private static OperatorStep Edit(int opset, Action<OnnxNode, UpgradeWork> edit) => new(opset, edit);
}
