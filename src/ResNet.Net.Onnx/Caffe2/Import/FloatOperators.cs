namespace ResNet.Net.Onnx;

/// <summary>Imports the operators of float networks.</summary>
internal sealed class FloatOperators(ImportedGraph graph, NetworkVariables variables, WeightWriter weights)
{
    /// <summary>Gets the supported operators by type.</summary>
    public IEnumerable<KeyValuePair<string, OperatorImport>> All =>
    [
        new("NCHW2NHWC", op => ChangeLayout(op, toNhwc: true)),
        new("NHWC2NCHW", op => ChangeLayout(op, toNhwc: false)),
        new("Conv", Convolve),
        new("SpatialBN", Normalize),
        new("Relu", Rectify),
        new("Sum", Add),
        new("MaxPool", op => Pool(op, "MaxPool")),
        new("AveragePool", op => Pool(op, "AveragePool")),
        new("FC", Multiply),
        new("Softmax", Softmax),
    ];

    // The ONNX value stays [N, C, H, W].
    private NetworkValue ChangeLayout(OperatorReader op, bool toNhwc)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Float(op, 0));
        return input.IsNhwc == toNhwc
            ? throw op.Error($"the blob '{op.Inputs[0]}' is already {(toNhwc ? "NHWC" : "NCHW")}")
            : input with { IsNhwc = toNhwc };
    }

    private NetworkValue Convolve(OperatorReader op)
    {
        op.RequireInputs(2, 3);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Float(op, 0));
        OperatorWindow window = OperatorWindow.Read(op);
        int groups = op.Int("group", 1, 1, int.MaxValue);
        FilledBlob filter = variables.Weights(op, 1);
        (long[] shape, int area) = SharedOperators.FilterOf(op, filter, input, window, groups);
        (long height, long width) = window.OutputOf(op, input);
        List<string> inputs = [input.Name, weights.Floats(op, filter, shape, area)];
        if (op.Inputs.Count == 3)
        {
            inputs.Add(Vector(op, 2, shape[0]));
        }

        OnnxNode node = graph.Add("Conv", inputs, variables.NameOf(op));
        window.Write(node);
        node.Attributes.Set("group", groups);
        return new NetworkValue(node.Outputs[0], shape[0], height, width) { IsNhwc = op.IsNhwc() };
    }

    private NetworkValue Normalize(OperatorReader op)
    {
        op.RequireInputs(5, 5);
        if (op.Int("is_test") is null or 0)
        {
            throw op.Error("it computes the statistics of the batch. Export the network for inference, with 'is_test' 1");
        }

        const float DefaultEpsilon = 1e-5f;
        NetworkValue input = variables.Float(op, 0);
        SharedOperators.LayoutOf(op, input);
        float epsilon = op.Float("epsilon") ?? DefaultEpsilon;
        if (!float.IsFinite(epsilon) || epsilon < 0)
        {
            throw op.Error(FormattableString.Invariant($"the argument 'epsilon' is {epsilon}, but must not be negative"));
        }

        OnnxNode node = graph.Add(
            "BatchNormalization", [input.Name, .. Enumerable.Range(1, 4).Select(i => Vector(op, i, input.Channels))],
            variables.NameOf(op));
        node.Attributes.Set("epsilon", epsilon);
        return input with { Name = node.Outputs[0] };
    }

    private NetworkValue Rectify(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = variables.Float(op, 0);
        return input with { Name = graph.Add("Relu", [input.Name], variables.NameOf(op)).Outputs[0] };
    }

    private NetworkValue Add(OperatorReader op)
    {
        op.RequireInputs(1, int.MaxValue);
        NetworkValue first = variables.Float(op, 0);
        List<string> names = [first.Name];
        for (int i = 1; i < op.Inputs.Count; i++)
        {
            NetworkValue next = variables.Float(op, i);
            SharedOperators.RequireEqualShapes(op, first, next);
            names.Add(next.Name);
        }

        return first with { Name = graph.Add("Sum", names, variables.NameOf(op)).Outputs[0] };
    }

    private NetworkValue Pool(OperatorReader op, string type)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = SharedOperators.RequireMap(op, variables.Float(op, 0));
        OperatorWindow window = OperatorWindow.ReadPool(op, input);
        (long height, long width) = window.OutputOf(op, input);
        bool isNhwc = SharedOperators.LayoutOf(op, input);
        bool isGlobal = window.Spans(input);
        OnnxNode node = graph.Add(isGlobal ? $"Global{type}" : type, [input.Name], variables.NameOf(op));
        if (!isGlobal)
        {
            window.Write(node);
            if (type == "AveragePool" && op.Int("count_include_pad") is not (null or 0))
            {
                node.Attributes.Set("count_include_pad", 1);
            }
        }

        return input with { Name = node.Outputs[0], Height = height, Width = width, IsNhwc = isNhwc };
    }

    private NetworkValue Multiply(OperatorReader op)
    {
        op.RequireInputs(3, 3);
        NetworkValue input = variables.Float(op, 0);
        FilledBlob blob = variables.Weights(op, 1);
        (long[] shape, int area) = SharedOperators.MatrixOf(op, blob, input);
        string matrix = weights.Floats(op, blob, shape, area);
        string bias = Vector(op, 2, shape[0]);
        OnnxNode node = graph.Add("Gemm", [graph.Flatten(input), matrix, bias], variables.NameOf(op));
        node.Attributes.Set("transB", 1);
        return new NetworkValue(node.Outputs[0], shape[0], 1, 1) { IsFlat = true };
    }

    private NetworkValue Softmax(OperatorReader op)
    {
        op.RequireInputs(1, 1);
        NetworkValue input = variables.Float(op, 0);
        if (op.Int("axis") is not (null or 1) || input.Height * input.Width > 1)
        {
            throw op.Error($"a Softmax is supported only over the channels of one pixel, but its input has the shape {input}");
        }

        OnnxNode node = graph.Add("Softmax", [graph.Flatten(input)], variables.NameOf(op));
        node.Attributes.Set("axis", 1);
        return new NetworkValue(node.Outputs[0], input.Channels, 1, 1) { IsFlat = true };
    }

    private string Vector(OperatorReader op, int input, long length)
    {
        FilledBlob blob = variables.Weights(op, input);
        WeightWriter.RequireLength(op, blob, length);
        return weights.Floats(op, blob, [length]);
    }
}
