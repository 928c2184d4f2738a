namespace ResNet.Net.Onnx;

/// <summary>
/// Lists how many inputs the operators of ONNX require. ONNX Runtime reads required inputs without a check in some operators, and crashes
/// if a file leaves one empty.
/// </summary>
internal static class OperatorInputs
{
    private const int All = int.MaxValue;

    // The number of leading inputs that must exist, by the opset that introduced the rule.
    private static readonly Dictionary<string, (int Opset, int Count)[]> Required = Create();

    /// <summary>Describes a required input that a node omits; null if there is none or the operator is unknown.</summary>
    public static string? ProblemOf(OnnxNode node, long opset)
        => ProblemOf(node.Domain, node.OpType, node.Proto.Input, opset, node.ToString());

    /// <summary>Describes a required input that a node omits; null if there is none or the operator is unknown.</summary>
    public static string? ProblemOf(string domain, string opType, IReadOnlyList<string> inputs, long opset, string description)
    {
        if (domain.Length > 0 || !Required.TryGetValue(opType, out (int Opset, int Count)[]? rules))
        {
            return null;
        }

        int count = Array.FindLast(rules, r => r.Opset <= Math.Max(opset, 1)).Count;
        for (int i = 0; i < Math.Min(count, inputs.Count); i++)
        {
            if (inputs[i].Length == 0)
            {
                return $"input {i} of {description} is empty, but {opType} requires it";
            }
        }

        int needed = count == All ? 1 : count;
        return inputs.Count < needed ? $"{description} has {inputs.Count} inputs, but {opType} requires {needed}" : null;
    }

    private static Dictionary<string, (int Opset, int Count)[]> Create()
    {
        Dictionary<string, (int Opset, int Count)[]> required = new()
        {
            ["Pad"] = [(1, 1), (11, 2)],
            ["Reshape"] = [(1, 1), (5, 2)],
            ["Slice"] = [(1, 1), (10, 3)],
            ["TopK"] = [(1, 1), (10, 2)],
            ["Unsqueeze"] = [(1, 1), (13, 2)],
            ["Upsample"] = [(1, 1), (9, 2)],
            ["Tile"] = [(1, 3), (6, 2)],
            ["CastLike"] = [(1, 2)],
        };
        Add(All, "Concat Max Mean Min Sum");
        Add(1,
            "Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Cast Ceil Celu Clip ConstantOfShape Cos Cosh "
            + "DepthToSpace Dropout DynamicQuantizeLinear Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool "
            + "GlobalMaxPool HardSigmoid HardSwish Hardmax Identity IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool "
            + "MaxPool MeanVarianceNormalization Mish Neg NonZero Not Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp "
            + "ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Resize Round Selu Shape Shrink Sigmoid Sign "
            + "Sin Sinh Size Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Tan Tanh ThresholdedRelu Transpose Trilu");
        Add(2,
            "Add And BitShift Compress Conv ConvInteger ConvTranspose CumSum DequantizeLinear Div Equal Expand Gather "
            + "GatherElements GatherND Gemm Greater GreaterOrEqual LayerNormalization Less LessOrEqual MatMul MatMulInteger "
            + "MaxRoiPool MaxUnpool Mod Mul Or PRelu Pow QuantizeLinear Sub Xor");
        Add(3, "GroupNormalization InstanceNormalization OneHot Range RoiAlign Scatter ScatterElements ScatterND Where");
        Add(5, "BatchNormalization");
        Add(8, "QLinearConv QLinearMatMul");
        return required;

        void Add(int count, string operators)
        {
            foreach (string name in operators.Split(' '))
            {
                required.Add(name, [(1, count)]);
            }
        }
    }
}
