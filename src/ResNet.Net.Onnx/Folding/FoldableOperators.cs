namespace ResNet.Net.Onnx;

/// <summary>Lists the operators that are folded and bounds the size of their outputs, so that a small file can't fill the memory.</summary>
internal static class FoldableOperators
{
    // Each output has at most as many elements as the first input.
    private static readonly HashSet<string> NotLarger =
    [
        "Abs", "Acos", "Acosh", "ArgMax", "ArgMin", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "BitwiseNot", "Cast",
        "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumSum", "DepthToSpace", "Elu", "Erf", "Exp", "EyeLike", "Flatten", "Floor",
        "Gelu", "HardSigmoid", "HardSwish", "IsInf", "IsNaN", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "Mish", "Neg", "Not",
        "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
        "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Sinh", "Slice", "Softmax",
        "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Tan", "Tanh", "ThresholdedRelu", "TopK", "Transpose", "Trilu",
        "Unsqueeze",
    ];

    private static readonly HashSet<string> Broadcasting =
    [
        "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less",
        "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum", "Where", "Xor",
    ];

    /// <summary>Determines whether nodes of an operator are folded if their inputs are small enough.</summary>
    public static bool Contains(OnnxNode node)
        => node.Domain.Length == 0
            && (NotLarger.Contains(node.OpType) || Broadcasting.Contains(node.OpType)
                || node.OpType is "Concat" or "ConstantOfShape" or "Expand" or "Gather" or "GatherElements" or "Gemm" or "MatMul"
                    or "NonZero" or "OneHot" or "Pad" or "Range" or "Tile");

    /// <summary>Gets an upper bound for the number of elements of each output; null if it is unknown.</summary>
    /// <param name="node">A node that <see cref="Contains"/> lists.</param>
    /// <param name="inputs">The node's inputs; null for omitted ones.</param>
    public static long? LargestOutput(OnnxNode node, IReadOnlyList<OnnxTensor?> inputs)
    {
        if (inputs.Count == 0 || inputs[0] is not OnnxTensor first)
        {
            return null;
        }

        OnnxTensor? second = inputs.Count > 1 ? inputs[1] : null;
        return node.OpType switch
        {
            string op when NotLarger.Contains(op) => first.Length,
            string op when Broadcasting.Contains(op) => Broadcast(inputs.OfType<OnnxTensor>().Select(t => t.Shape)),
            "Concat" => inputs.Sum(t => t?.Length ?? 0),
            "ConstantOfShape" => Integers(first) is long[] shape ? TensorData.LengthOf(shape) : null,
            "Expand" => second is not null && Integers(second) is long[] shape ? Broadcast([first.Shape, shape]) : null,
            "Gather" => Slices(first, second, (int)node.Attributes.GetInt("axis", 0)),
            "GatherElements" => second?.Length,
            "Gemm" or "MatMul" => Product(node, first, second),
            "NonZero" => Multiply(first.Length, Math.Max(1, first.Shape.Count)),
            "OneHot" => second is not null && Scalar(second) is double depth and >= 0 and < int.MaxValue
                ? Multiply(first.Length, (long)depth)
                : null,
            "Pad" => Padded(node, first, second),
            "Range" => second is not null && inputs.Count > 2 && inputs[2] is OnnxTensor step ? Steps(first, second, step) : null,
            "Tile" => second is not null && Integers(second) is long[] repeats
                ? TensorData.LengthOf([first.Length, .. repeats])
                : null,
            _ => null,
        };
    }

    /// <summary>
    /// Reads a constant list of integers, one or two per dimension; null if the tensor is of another type, or has too many.
    /// </summary>
    public static long[]? Integers(OnnxTensor tensor) => tensor.ElementType switch
    {
        _ when tensor.Shape.Count > 1 || tensor.Length > 2 * StaticShapes.MaxRank => null,
        OnnxElementType.Int64 => tensor.ToArray<long>(),
        OnnxElementType.Int32 => [.. tensor.ToArray<int>().Select(v => (long)v)],
        _ => null,
    };

    private static long? Broadcast(IEnumerable<IReadOnlyList<long>> shapes)
    {
        long[] largest = new long[StaticShapes.MaxRank];
        Array.Fill(largest, 1);
        foreach (IReadOnlyList<long> shape in shapes)
        {
            if (shape.Count > StaticShapes.MaxRank)
            {
                return null;
            }

            for (int i = 1; i <= shape.Count; i++)
            {
                largest[^i] = Math.Max(largest[^i], shape[^i]);
            }
        }

        return TensorData.LengthOf(largest);
    }

    private static long? Slices(OnnxTensor data, OnnxTensor? indices, int axis)
    {
        int rank = data.Shape.Count;
        if (indices is null || axis < -rank || axis >= rank)
        {
            return null;
        }

        long along = Math.Max(1, data.Shape[axis < 0 ? axis + rank : axis]);
        return Multiply(data.Length / along, indices.Length);
    }

    // The arithmetic is bounded as well as the memory.
    private static long? Product(OnnxNode node, OnnxTensor left, OnnxTensor? right)
    {
        const long MaxProducts = 1L << 34;
        if (right is null || left.Shape.Count == 0 || right.Shape.Count == 0)
        {
            return null;
        }

        long inner = Math.Max(1, node.Is("Gemm") && node.Attributes.GetInt("transA", 0) != 0 ? left.Shape[0] : left.Shape[^1]);
        return Multiply(Math.Max(1, left.Length / inner), Math.Max(1, right.Length / inner)) is long length
            && Multiply(length, inner) <= MaxProducts
                ? length
                : null;
    }

    private static long? Padded(OnnxNode node, OnnxTensor data, OnnxTensor? second)
    {
        long[]? pads = second is null ? node.Attributes.GetInts("pads") : Integers(second);
        if (pads is null)
        {
            return null;
        }

        // From opset 18 on, pads can belong to selected axes only: each axis then grows by at most the sum of all.
        long sum = 0;
        foreach (long pad in pads)
        {
            if (pad > int.MaxValue)
            {
                return null;
            }

            sum += Math.Max(0, pad);
        }

        bool isPerAxis = pads.Length == 2 * data.Shape.Count;
        return TensorData.LengthOf(
            [.. data.Shape.Select((d, i) => d + (isPerAxis ? Math.Max(0, pads[i]) + Math.Max(0, pads[i + data.Shape.Count]) : sum))]);
    }

    private static long? Steps(OnnxTensor start, OnnxTensor limit, OnnxTensor step)
        => Scalar(start) is double from && Scalar(limit) is double to && Scalar(step) is double by && by != 0
            && Math.Ceiling((to - from) / by) is double count and < long.MaxValue
                ? (long)Math.Max(0, count)
                : null;

    private static double? Scalar(OnnxTensor tensor) => tensor.Length != 1 ? null : tensor.ElementType switch
    {
        OnnxElementType.Int64 => tensor.AsSpan<long>()[0],
        OnnxElementType.Int32 => tensor.AsSpan<int>()[0],
        OnnxElementType.Int16 => tensor.AsSpan<short>()[0],
        OnnxElementType.Float => tensor.AsSpan<float>()[0],
        OnnxElementType.Double => tensor.AsSpan<double>()[0],
        _ => null,
    };

    private static long? Multiply(long a, long b) => TensorData.LengthOf([a, b]);
}
