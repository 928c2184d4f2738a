namespace ResNet.Net.Onnx;

/// <summary>
/// Represents an opset that introduced or changed an operator, and the edit that preserves a node's meaning; null if the specification
/// was only extended or reworded.
/// </summary>
internal sealed record OperatorStep(int Opset, Action<OnnxNode, UpgradeSession>? Edit);

/// <summary>
/// Lists the supported operators with every opset up to 13 that changed them. A test compares the opsets with ONNX's own list.
/// </summary>
internal static class KnownOperators
{
    private static readonly OperatorStep[] Elementwise =
        [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Edit(7, NodeEdits.ReplaceBroadcast), Same(13)];

    private static readonly OperatorStep[] Unary = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Same(13)];

    private static readonly OperatorStep[] Activation = [Since(1), Edit(6, NodeEdits.DropConsumedInputs)];

    private static readonly OperatorStep[] Variadic = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Same(8), Same(12), Same(13)];

    private static readonly Dictionary<string, OperatorStep[]> Steps = new()
    {
        ["Abs"] = Unary,
        ["Add"] = Elementwise,
        ["AveragePool"] = [Since(1), Same(7), Same(10), Same(11)],
        ["BatchNormalization"] =
            [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Edit(7, NodeEdits.DropIsTest), Edit(9, NodeEdits.DropSpatial)],
        ["Cast"] = [Since(1), Edit(6, NodeEdits.NumberCastType), Same(9), Same(13)],
        ["Ceil"] = Unary,
        ["Clip"] = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Edit(11, NodeEdits.MoveClipLimits), Same(12), Same(13)],
        ["Concat"] = [Since(1), Edit(4, NodeEdits.NameConcatAxis), Same(11), Same(13)],
        ["Constant"] = [Since(1), Same(9), Same(11), Same(12), Same(13)],
        ["ConstantOfShape"] = [Since(9)],
        ["Conv"] = [Since(1), Same(11)],
        ["ConvTranspose"] = [Since(1), Same(11)],
        ["DequantizeLinear"] = [Since(10), Same(13)],
        ["Div"] = Elementwise,
        ["Dropout"] = [Since(1), .. new[] { 6, 7, 10, 12, 13 }.Select(opset => Edit(opset, NodeEdits.RemoveDropout))],
        ["Elu"] = Activation,
        ["Erf"] = [Since(9), Same(13)],
        ["Exp"] = Unary,
        ["Expand"] = [Since(8), Same(13)],
        ["Flatten"] = [Since(1), Same(9), Same(11), Same(13)],
        ["Floor"] = Unary,
        ["Gather"] = [Since(1), Same(11), Same(13)],
        ["Gemm"] = [Since(1), Same(6), Edit(7, NodeEdits.DropGemmBroadcast), Same(9), Same(11), Same(13)],
        ["GlobalAveragePool"] = [Since(1)],
        ["GlobalMaxPool"] = [Since(1)],
        ["HardSigmoid"] = Activation,
        ["Identity"] = [Since(1), Same(13)],
        ["InstanceNormalization"] = Activation,
        ["LeakyRelu"] = Activation,
        ["Log"] = Unary,
        ["LogSoftmax"] = [Since(1), Same(11), Edit(13, NodeEdits.UnflattenSoftmax)],
        ["LRN"] = [Since(1), Same(13)],
        ["MatMul"] = [Since(1), Same(9), Same(13)],
        ["Max"] = Variadic,
        ["MaxPool"] = [Since(1), Same(8), Same(10), Same(11), Same(12)],
        ["Mean"] = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Same(8), Same(13)],
        ["Min"] = Variadic,
        ["Mul"] = Elementwise,
        ["Neg"] = Unary,
        ["Pad"] = [Since(1), Edit(2, NodeEdits.RenamePaddings), Edit(11, NodeEdits.MovePads), Same(13)],
        ["Pow"] = [Since(1), Edit(7, NodeEdits.ReplaceBroadcast), Same(12), Same(13)],
        ["PRelu"] = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Edit(7, NodeEdits.AlignSlope), Same(9)],
        ["QLinearConv"] = [Since(10)],
        ["QLinearMatMul"] = [Since(10)],
        ["QuantizeLinear"] = [Since(10), Same(13)],
        ["Reciprocal"] = Unary,
        ["ReduceMax"] = [Since(1), Same(11), Same(12), Same(13)],
        ["ReduceMin"] = [Since(1), Same(11), Same(12), Same(13)],
        ["ReduceMean"] = [Since(1), Same(11), Same(13)],
        ["ReduceSum"] = [Since(1), Same(11), Edit(13, NodeEdits.MoveAxes)],
        ["Relu"] = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Same(13)],
        ["Reshape"] = [Since(1), Edit(5, NodeEdits.MoveShape), Same(13)],
        ["Selu"] = [Since(1), Edit(6, NodeEdits.KeepSeluConstants)],
        ["Shape"] = [Since(1), Same(13)],
        ["Sigmoid"] = Unary,
        ["Sign"] = [Since(9), Same(13)],
        ["Slice"] = [Since(1), Edit(10, NodeEdits.MoveSlice), Same(11), Same(13)],
        ["Softmax"] = [Since(1), Same(11), Edit(13, NodeEdits.UnflattenSoftmax)],
        ["Softplus"] = [Since(1)],
        ["Softsign"] = [Since(1)],
        ["Split"] = [Since(1), Edit(2, NodeEdits.RequireSplitAxis), Same(11), Edit(13, NodeEdits.MoveSplit)],
        ["Sqrt"] = Unary,
        ["Squeeze"] = [Since(1), Same(11), Edit(13, NodeEdits.MoveAxes)],
        ["Sub"] = Elementwise,
        ["Sum"] = [Since(1), Edit(6, NodeEdits.DropConsumedInputs), Same(8), Same(13)],
        ["Tanh"] = Unary,
        ["ThresholdedRelu"] = [Since(10)],
        ["Tile"] = [Since(1), Edit(6, NodeEdits.ReplaceTileAxis), Same(13)],
        ["Transpose"] = [Since(1), Same(13)],
        ["Unsqueeze"] = [Since(1), Same(11), Edit(13, NodeEdits.MoveAxes)],
    };

    /// <summary>
    /// Lists the operators of ONNX Runtime that quantized and fused classifiers use. They don't change with ONNX's opset.
    /// </summary>
    private static readonly HashSet<string> Microsoft =
    [
        "DequantizeLinear", "FusedConv", "FusedGemm", "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat",
        "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul", "QLinearSigmoid", "QLinearSoftmax", "QuantizeLinear",
    ];

    /// <summary>Gets the opsets that introduced and changed each operator.</summary>
    public static IReadOnlyDictionary<string, int[]> History
        => Steps.ToDictionary(s => s.Key, s => s.Value.Select(step => step.Opset).ToArray());

    public static OperatorStep? StepAt(string opType, long opset)
        => Steps.TryGetValue(opType, out OperatorStep[]? steps) ? Array.Find(steps, s => s.Opset == opset) : null;

    /// <summary>Describes why a node can't be upgraded at all; null if it can.</summary>
    public static string? ProblemOf(OnnxNode node, long opset)
    {
        const string Unknown = "the operator is not supported";
        if (node.Domain.Length > 0)
        {
            return node.Domain == "com.microsoft" && Microsoft.Contains(node.OpType) ? null : Unknown;
        }

        return !Steps.TryGetValue(node.OpType, out OperatorStep[]? steps) ? Unknown
            : steps[0].Opset > opset ? $"opset {steps[0].Opset} introduced the operator"
            : node.GetInputOrNull(0) is null && node.OpType != "Constant" ? "it has no first input"
            : node.Outputs.Count == 0 || node.Outputs[0].Length == 0 ? "it has no first output"
            : node.OpType == "BatchNormalization" ? NodeEdits.TrainingModeOf(node, opset)
            : null;
    }

    private static OperatorStep Since(int opset) => new(opset, null);

    /// <summary>The opset only added types, negative axes, or optional attributes and inputs: older nodes keep their meaning.</summary>
    private static OperatorStep Same(int opset) => new(opset, null);

    private static OperatorStep Edit(int opset, Action<OnnxNode, UpgradeSession> edit) => new(opset, edit);
}
