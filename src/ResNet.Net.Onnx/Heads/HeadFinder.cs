namespace ResNet.Net.Onnx;

/// <summary>Represents the names of the scale and the zero point of a quantized value.</summary>
internal sealed record QuantizationNames(string Scale, string? ZeroPoint);

/// <summary>Searches back from a classifier's output to its last feature maps.</summary>
internal sealed class HeadFinder
{
    // More than any head has. A longer path is a cycle.
    private const int MaxNodes = 64;

    private const string Supported = "A supported head is, from the output back: optionally Softmax or Sigmoid, a dense layer with "
        + "constant weights (Gemm, MatMul, QLinearMatMul, QGemm), and an average over the whole map "
        + "(GlobalAveragePool, AveragePool, ReduceMean, QLinearGlobalAveragePool)";

    private readonly OnnxGraph _graph;
    private readonly OnnxGraphIndex _index;
    private readonly ConstantReader _constants;

    private HeadFinder(OnnxGraph graph)
    {
        _graph = graph;
        _index = graph.CreateIndex();
        _constants = new ConstantReader(_index);
    }

    public OnnxNode Dense { get; private set; } = null!;

    /// <summary>Gets the weights, [classes, features].</summary>
    public Constant Weights { get; private set; } = null!;

    public double[] Bias { get; private set; } = [];

    public OnnxNode Pool { get; private set; } = null!;

    public IReadOnlyList<string> FeatureNames { get; private set; } = [];

    /// <summary>Gets the name of the value to take the pooled features from; one of <see cref="FeatureNames"/>.</summary>
    public string FeatureValue { get; private set; } = string.Empty;

    /// <summary>Gets the quantization of <see cref="FeatureValue"/>; null for floats.</summary>
    public QuantizationNames? FeatureQuantization { get; private set; }

    public QuantizationNames? MapsQuantization { get; private set; }

    /// <exception cref="OnnxModelException">The graph has no supported head.</exception>
    public static HeadFinder Find(OnnxGraph graph, string output)
    {
        HeadFinder finder = new(graph);
        finder.FindDense(output);
        finder.FindPool(finder.Dense.Inputs[0]);
        finder.FindFeatureValue();
        finder.CheckPooledArea();
        return finder;
    }

    private static bool KeepsValues(OnnxNode node)
        => node.OpType is "Identity" or "Cast" or "Dropout" or "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze"
            or "QuantizeLinear" or "DequantizeLinear";

    private void FindDense(string output)
    {
        double[]? added = null;
        string value = output;
        for (int i = 0; i < MaxNodes; i++)
        {
            OnnxNode node = ProducerOf(value);
            if (node.GetInputOrNull(0) is not null && MatchDense(node) is (Constant weights, double[] bias))
            {
                if (added is not null && added.Length != 1 && added.Length != weights.Shape[0])
                {
                    throw Unsupported($"{added.Length} constants are added to the {weights.Shape[0]} scores of {node}");
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
            else if (KeepsValues(node) && node.GetInputOrNull(0) is string input)
            {
                value = input;
            }
            else if (ActivationMatcher.Match(NodeSummary.Of(node), SummaryOfProducer) is (_, string scores))
            {
                value = scores;
            }
            else
            {
                throw Unsupported($"the output '{output}' comes from {node}");
            }
        }

        throw Unsupported($"there is no dense layer within {MaxNodes} nodes of the output '{output}'");
    }

    private void FindPool(string value)
    {
        List<string> names = [];
        for (int i = 0; i < MaxNodes; i++)
        {
            names.Insert(0, value);
            OnnxNode node = ProducerOf(value);
            if (node.GetInputOrNull(0) is not null && IsAverage(node))
            {
                (Pool, FeatureNames) = (node, names);
                return;
            }

            if (!KeepsValues(node) || node.GetInputOrNull(0) is not string input)
            {
                throw Unsupported($"{Dense} gets its features from {node}");
            }

            value = input;
        }

        throw Unsupported($"there is no average within {MaxNodes} nodes before {Dense}");
    }

    private bool IsAverage(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "GlobalAveragePool":
                return true;
            case "QLinearGlobalAveragePool":
                return node.Attributes.GetInt("channels_last", 0) == 0 ? true : throw Unsupported($"{node} has its channels last");
            case "AveragePool" or "QLinearAveragePool":
                bool isPadded = node.Attributes.GetInts("pads")?.Any(p => p != 0) == true
                    || node.Attributes.GetString("auto_pad", "NOTSET") is "SAME_UPPER" or "SAME_LOWER";
                return isPadded ? throw Unsupported($"{node} pads the maps that it averages") : true;
            case "ReduceMean":
                long[]? axes = node.Attributes.GetInts("axes")
                    ?? (node.GetInputOrNull(1) is string name ? _constants.Read(name)?.Values.Select(v => (long)v).ToArray() : null);
                return axes is [2, 3] or [3, 2] or [-2, -1] or [-1, -2]
                    ? true
                    : throw Unsupported($"{node} does not average over rows and columns of [N, C, H, W]");
            default:
                return false;
        }
    }

    // In QDQ models, the features are taken after the DequantizeLinear, so that a runtime can still fuse the pair.
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

    // Pooling over parts of the map produces more features than channels.
    private void CheckPooledArea()
    {
        if (ChannelsOf(Pool.Inputs[0]) is long channels && channels != Weights.Shape[1])
        {
            throw Unsupported($"{Pool} computes {Weights.Shape[1]} features from {channels} channels, so it averages parts of the map");
        }
    }

    private QuantizationNames QuantizationOf(OnnxNode node, int scale)
        => new(node.GetInputOrNull(scale) ?? throw Unsupported($"{node} has no scale at input {scale}"), node.GetInputOrNull(scale + 1));

    private (string Sum, double[] Constants)? MatchAddition(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "Add" when node.Inputs.Count == 2:
                return _constants.Read(node.Inputs[1]) is Constant right ? (node.Inputs[0], right.Values)
                    : _constants.Read(node.Inputs[0]) is Constant left ? (node.Inputs[1], left.Values)
                    : null;
            case "QLinearAdd" when node.Inputs.Count >= 7:
                Constant? second = _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), 0);
                Constant? first = second is null ? _constants.Dequantize(node.Inputs[0], node.Inputs[1], node.GetInputOrNull(2), 0) : null;
                return second is not null ? (node.Inputs[0], second.Values) : first is not null ? (node.Inputs[3], first.Values) : null;
            default:
                return null;
        }
    }

    /// <summary>Gets the weights [classes, features] and bias [classes] of a dense layer; null for any other node.</summary>
    private (Constant Weights, double[] Bias)? MatchDense(OnnxNode node)
    {
        switch (node.OpType)
        {
            case "Gemm" when node.Inputs.Count >= 2:
                RequireRows(node);
                Constant weights = Matrix(node, _constants.Read(node.Inputs[1]), node.Attributes.GetInt("transB", 0) != 0)
                    .Scaled(node.Attributes.GetFloat("alpha", 1));
                Constant? addend = node.GetInputOrNull(2) is string c ? RequireConstant(node, _constants.Read(c)) : null;
                return (weights, BiasOf(node, weights, addend, node.Attributes.GetFloat("beta", 1)));
            case "MatMul" when node.Inputs.Count == 2:
                weights = Matrix(node, _constants.Read(node.Inputs[1]), isTransposed: false);
                return (weights, BiasOf(node, weights, null, 1));
            case "QLinearMatMul" when node.Inputs.Count == 8:
                weights = Matrix(node, _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), -1),
                    isTransposed: false);
                return (weights, BiasOf(node, weights, null, 1));
            case "QGemm" when node.Inputs.Count >= 6:
                RequireRows(node);
                bool isTransposed = node.Attributes.GetInt("transB", 0) != 0;
                double alpha = node.Attributes.GetFloat("alpha", 1);
                Constant? matrix = _constants.Dequantize(node.Inputs[3], node.Inputs[4], node.GetInputOrNull(5), isTransposed ? 0 : 1);
                weights = Matrix(node, matrix, isTransposed).Scaled(alpha);
                return (weights, QuantizedBias(node, weights, alpha));
            default:
                return null;
        }
    }

    private void RequireRows(OnnxNode node)
    {
        if (node.Attributes.GetInt("transA", 0) != 0)
        {
            throw Unsupported($"{node} transposes its input");
        }
    }

    private Constant RequireConstant(OnnxNode node, Constant? constant)
        => constant ?? throw Unsupported($"the weights of {node} are not constant");

    private Constant Matrix(OnnxNode node, Constant? constant, bool isTransposed)
    {
        Constant matrix = RequireConstant(node, constant);
        return matrix.Shape.Count != 2 || matrix.Shape.Any(d => d < 1)
            ? throw Unsupported($"the weights of {node} have the shape {TensorData.Format(matrix.Shape)} and are not a matrix")
            : isTransposed ? matrix : matrix.Transposed();
    }

    private double[] BiasOf(OnnxNode node, Constant weights, Constant? bias, double factor)
    {
        double[] values = new double[weights.Shape[0]];
        if (bias is null)
        {
            return values;
        }

        if (bias.Values.Length != 1 && bias.Values.Length != values.Length)
        {
            throw Unsupported($"the bias of {node} has the shape {TensorData.Format(bias.Shape)} for {values.Length} classes");
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = bias.Values[bias.Values.Length == 1 ? 0 : i] * factor;
        }

        return values;
    }

    // The bias is stored as 32-bit integers in units of both scales, as the kernel adds it.
    private double[] QuantizedBias(OnnxNode node, Constant weights, double alpha)
    {
        if (node.GetInputOrNull(6) is not string name)
        {
            return BiasOf(node, weights, null, 1);
        }

        double[] inputs = RequireConstant(node, _constants.Read(node.Inputs[1])).Values;
        double[] scales = RequireConstant(node, _constants.Read(node.Inputs[4])).Values;
        if (inputs.Length == 0 || (scales.Length != 1 && scales.Length != weights.Shape[0]))
        {
            throw Unsupported($"{node} has {inputs.Length} input scales and {scales.Length} weight scales for {weights.Shape[0]} classes");
        }

        double input = inputs[0];
        double[] bias = BiasOf(node, weights, RequireConstant(node, _constants.Read(name)), input * alpha);
        return [.. bias.Select((b, i) => b * scales[scales.Length == 1 ? 0 : i])];
    }

    /// <summary>Gets the number of channels of a feature map from the nearest weights; null if it can't be determined.</summary>
    private long? ChannelsOf(string value)
    {
        for (int i = 0; i < MaxNodes && _index.FindProducer(value) is OnnxNode node; i++)
        {
            switch (node.OpType)
            {
                case "Conv" or "FusedConv" when node.Inputs.Count >= 2:
                    return _constants.ShapeOf(node.Inputs[1]) is [long filters, ..] ? filters : null;
                case "QLinearConv" when node.Inputs.Count >= 4:
                    return _constants.ShapeOf(node.Inputs[3]) is [long quantized, ..] ? quantized : null;
                case "BatchNormalization" when node.Inputs.Count >= 2:
                    return _constants.ShapeOf(node.Inputs[1]) is [long scales] ? scales : null;
                case "Relu" or "Clip" or "LeakyRelu" or "Identity" or "Dropout" or "QuantizeLinear" or "DequantizeLinear"
                    or "MaxPool" or "AveragePool" or "Add" or "Sum" or "QLinearAdd" when node.GetInputOrNull(0) is string input:
                    value = input;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    private NodeSummary? SummaryOfProducer(string value)
        => _index.FindProducer(value) is OnnxNode node ? NodeSummary.Of(node) : null;

    private OnnxNode ProducerOf(string value) => _index.FindProducer(value) ?? throw Unsupported($"no node produces '{value}'");

    private OnnxModelException Unsupported(string found)
        => new($"The graph '{_graph.Name}' has no supported classifier head for features or activation maps: {found}. {Supported}.");
}
