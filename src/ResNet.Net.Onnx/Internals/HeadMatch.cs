namespace ResNet.Net.Onnx.Internals;

/// <summary>Goes from a classifier's output back to its last feature maps.</summary>
internal sealed class HeadMatch
{
    // Deeper than any head; what is longer goes in a circle.
    private const int MostNodes = 64;

    private const string LookedFor = "Looked for, from the output back: perhaps Softmax, a dense layer (Gemm, MatMul, QLinearMatMul, QGemm) with constant weights, "
        + "an average over the whole map (GlobalAveragePool, AveragePool, ReduceMean, QLinearGlobalAveragePool)";

    private readonly OnnxGraph _graph;
    private readonly OnnxGraphIndex _index;
    private readonly ConstantReader _constants;

    private HeadMatch(OnnxGraph graph)
    {
        _graph = graph;
        _index = graph.CreateIndex();
        _constants = new ConstantReader(_index);
    }

    public OnnxNode Dense { get; private set; } = null!;

    /// <summary>[classes, features].</summary>
    public Constant Weights { get; private set; } = null!;

    public double[] Bias { get; private set; } = [];

    public OnnxNode Pool { get; private set; } = null!;

    public IReadOnlyList<string> FeatureNames { get; private set; } = [];

    /// <summary>The pooled features as the dense layer sees them, with the shape that the average gives them or later.</summary>
    public string FeatureValue { get; private set; } = string.Empty;

    /// <summary>Null where they are real numbers.</summary>
    public QuantizedBy? FeatureQuantization { get; private set; }

    public QuantizedBy? MapsQuantization { get; private set; }

    /// <exception cref="OnnxModelException">There is no head that is known.</exception>
    public static HeadMatch Find(OnnxGraph graph, string output)
    {
        HeadMatch match = new(graph);
        match.FindDense(output);
        match.FindPool(match.Dense.Inputs[0]);
        match.FindFeatureValue();
        match.CheckArea();
        return match;
    }

    private static bool KeepsValues(OnnxNode node)
        => node.OpType is "Identity" or "Dropout" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" or "QuantizeLinear" or "DequantizeLinear";

    private static bool IsSoftmax(OnnxNode node) => node.OpType is "Softmax" or "LogSoftmax" or "QLinearSoftmax";

    private void FindDense(string output)
    {
        double[]? added = null;
        string value = output;
        for (int i = 0; i < MostNodes; i++)
        {
            OnnxNode node = ProducerOf(value);
            if (MatchDense(node) is (Constant weights, double[] bias))
            {
                if (added is not null && added.Length != 1 && added.Length != weights.Dims[0])
                {
                    throw Unknown($"{added.Length} constants are added to the {weights.Dims[0]} scores of {node}");
                }

                Dense = node;
                Weights = weights;
                Bias = added is null ? bias : [.. bias.Select((b, c) => b + added[added.Length == 1 ? 0 : c])];
                return;
            }

            if (added is null && MatchAddition(node) is (string sum, double[] constants))
            {
                (value, added) = (sum, constants);
            }
            else if ((KeepsValues(node) || IsSoftmax(node)) && node.GetInputOrNull(0) is string input)
            {
                value = input;
            }
            else
            {
                throw Unknown($"the output '{output}' comes from {node}");
            }
        }

        throw Unknown($"no dense layer within {MostNodes} nodes of the output '{output}'");
    }

    private void FindPool(string value)
    {
        List<string> names = [];
        for (int i = 0; i < MostNodes; i++)
        {
            names.Insert(0, value);
            OnnxNode node = ProducerOf(value);
            if (IsAverage(node))
            {
                (Pool, FeatureNames) = (node, names);
                return;
            }

            if (!KeepsValues(node) || node.GetInputOrNull(0) is not string input)
            {
                throw Unknown($"{Dense} takes its features from {node}");
            }

            value = input;
        }

        throw Unknown($"no average within {MostNodes} nodes before {Dense}");
    }

    private bool IsAverage(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "GlobalAveragePool":
                return true;
            case "QLinearGlobalAveragePool":
                return node.Attributes.GetInt("channels_last", 0) == 0 ? true : throw Unknown($"{node} has its channels last");
            case "AveragePool" or "QLinearAveragePool":
                bool isPadded = node.Attributes.GetInts("pads")?.Any(p => p != 0) == true || node.Attributes.GetString("auto_pad", "NOTSET") is "SAME_UPPER" or "SAME_LOWER";
                return isPadded ? throw Unknown($"{node} pads the maps that it averages") : true;
            case "ReduceMean":
                long[]? axes = node.Attributes.GetInts("axes") ?? (node.GetInputOrNull(1) is string name ? _constants.Read(name)?.Values.Select(v => (long)v).ToArray() : null);
                return axes is [2, 3] or [3, 2] or [-2, -1] or [-1, -2] ? true : throw Unknown($"{node} does not average over rows and columns of [N, C, H, W]");
            default:
                return false;
        }
    }

    // Behind a quantized average the real numbers come after the next DequantizeLinear: taken there, the pair stays whole, which a runtime fuses.
    private void FindFeatureValue()
    {
        if (Pool.OpType.StartsWith("QLinear", StringComparison.Ordinal))
        {
            FeatureValue = Pool.Outputs[0];
            FeatureQuantization = QuantizationOf(Pool, scale: 3);
            MapsQuantization = QuantizationOf(Pool, scale: 1);
            return;
        }

        int dequantized = FeatureNames.Select(ProducerOf).ToList().FindIndex(n => n.OpType == "DequantizeLinear");
        FeatureValue = FeatureNames[dequantized < 0 ? 0 : dequantized];
    }

    // One average of several to a channel would make more features than there are channels.
    private void CheckArea()
    {
        if (ChannelsOf(Pool.Inputs[0]) is long channels && channels != Weights.Dims[1])
        {
            throw Unknown($"{Pool} makes {Weights.Dims[1]} features of {channels} channels, so that it does not average over the whole map");
        }
    }

    private QuantizedBy QuantizationOf(OnnxNode node, int scale)
        => new(node.GetInputOrNull(scale) ?? throw Unknown($"{node} has no scale at input {scale}"), node.GetInputOrNull(scale + 1));

    private (string Sum, double[] Constants)? MatchAddition(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "Add" when node.Inputs.Count == 2:
                return _constants.Read(node.Inputs[1]) is Constant right ? (node.Inputs[0], right.Values)
                    : _constants.Read(node.Inputs[0]) is Constant left ? (node.Inputs[1], left.Values)
                    : null;
            case "QLinearAdd" when node.Inputs.Count >= 7:
                return _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), 0) is Constant second ? (node.Inputs[0], second.Values)
                    : _constants.Dequantize(node.Inputs[0], node.Inputs[1], node.GetInputOrNull(2), 0) is Constant first ? (node.Inputs[3], first.Values)
                    : null;
            default:
                return null;
        }
    }

    /// <summary>Weights [classes, features] and bias [classes] of a dense layer; null for another node.</summary>
    private (Constant Weights, double[] Bias)? MatchDense(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "Gemm" when node.Inputs.Count >= 2:
                RequireRows(node);
                Constant weights = Matrix(node, _constants.Read(node.Inputs[1]), node.Attributes.GetInt("transB", 0) != 0).Scaled(node.Attributes.GetFloat("alpha", 1));
                return (weights, BiasOf(node, weights, node.GetInputOrNull(2) is string c ? RequireConstant(node, _constants.Read(c)) : null, node.Attributes.GetFloat("beta", 1)));
            case "MatMul" when node.Inputs.Count == 2:
                weights = Matrix(node, _constants.Read(node.Inputs[1]), isTransposed: false);
                return (weights, BiasOf(node, weights, null, 1));
            case "QLinearMatMul" when node.Inputs.Count == 8:
                weights = Matrix(node, _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), -1), isTransposed: false);
                return (weights, BiasOf(node, weights, null, 1));
            case "QGemm" when node.Inputs.Count >= 6:
                RequireRows(node);
                bool isTransposed = node.Attributes.GetInt("transB", 0) != 0;
                double alpha = node.Attributes.GetFloat("alpha", 1);
                weights = Matrix(node, _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), isTransposed ? 0 : 1), isTransposed).Scaled(alpha);
                return (weights, QuantizedBias(node, weights, alpha));
            default:
                return null;
        }
    }

    private void RequireRows(OnnxNode node)
    {
        if (node.Attributes.GetInt("transA", 0) != 0)
        {
            throw Unknown($"{node} transposes its input");
        }
    }

    private Constant RequireConstant(OnnxNode node, Constant? constant) => constant ?? throw Unknown($"{node} has weights that are no constants");

    private Constant Matrix(OnnxNode node, Constant? constant, bool isTransposed)
    {
        Constant matrix = RequireConstant(node, constant);
        return matrix.Dims.Count != 2 || matrix.Dims.Any(d => d < 1)
            ? throw Unknown($"{node} has weights of shape {TensorData.Format(matrix.Dims)}, which is no matrix")
            : isTransposed ? matrix : matrix.Transposed();
    }

    private double[] BiasOf(OnnxNode node, Constant weights, Constant? bias, double factor)
    {
        double[] values = new double[weights.Dims[0]];
        if (bias is null)
        {
            return values;
        }

        if (bias.Values.Length != 1 && bias.Values.Length != values.Length)
        {
            throw Unknown($"{node} has a bias of shape {TensorData.Format(bias.Dims)} for {values.Length} classes");
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = bias.Values[bias.Values.Length == 1 ? 0 : i] * factor;
        }

        return values;
    }

    // 32-bit integers in units of both scales, as the kernel adds them.
    private double[] QuantizedBias(OnnxNode node, Constant weights, double alpha)
    {
        if (node.GetInputOrNull(6) is not string name)
        {
            return BiasOf(node, weights, null, 1);
        }

        double input = RequireConstant(node, _constants.Read(node.Inputs[1])).Values[0];
        double[] scales = RequireConstant(node, _constants.Read(node.Inputs[4])).Values;
        double[] bias = BiasOf(node, weights, RequireConstant(node, _constants.Read(name)), input * alpha);
        return [.. bias.Select((b, i) => b * scales[scales.Length == 1 ? 0 : i])];
    }

    /// <summary>The channels of a feature map, from the nearest weights; null where they do not tell.</summary>
    private long? ChannelsOf(string value)
    {
        for (int i = 0; i < MostNodes && _index.FindProducer(value) is OnnxNode node; i++)
        {
            switch (node.OpType)
            {
                case "Conv" or "FusedConv" when node.Inputs.Count >= 2:
                    return _constants.DimsOf(node.Inputs[1]) is [long filters, ..] ? filters : null;
                case "QLinearConv" when node.Inputs.Count >= 4:
                    return _constants.DimsOf(node.Inputs[3]) is [long quantized, ..] ? quantized : null;
                case "BatchNormalization" when node.Inputs.Count >= 2:
                    return _constants.DimsOf(node.Inputs[1]) is [long scales] ? scales : null;
                case "Relu" or "Clip" or "LeakyRelu" or "Identity" or "Dropout" or "QuantizeLinear" or "DequantizeLinear" or "MaxPool" or "AveragePool" or "Add" or "Sum" or "QLinearAdd"
                    when node.GetInputOrNull(0) is string input:
                    value = input;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private OnnxNode ProducerOf(string value) => _index.FindProducer(value) ?? throw Unknown($"no node gives '{value}'");

    private OnnxModelException Unknown(string found)
        => new($"The graph '{_graph.Name}' has no classifier head that features or activation maps could be taken from: {found}. {LookedFor}.");
}
