namespace ResNet.Net.Synthetic;

/// <summary>Represents a convolution with the following BatchNormalization folded into it.</summary>
/// <param name="Node">The node of the convolution.</param>
/// <param name="WeightName">ONNX Runtime's name of the folded weights.</param>
/// <param name="BiasName">ONNX Runtime's name of the folded bias.</param>
/// <param name="Shape">The shape of the weights.</param>
/// <param name="Weights">The folded weights.</param>
/// <param name="Bias">The folded bias, one value per filter.</param>
internal sealed record FoldedConvolution(OnnxNode Node, string WeightName, string BiasName, long[] Shape, float[] Weights, float[] Bias);

/// <summary>Represents an 8-bit value: <c>(quantized - ZeroPoint) * Scale</c>.</summary>
/// <param name="Name">The name of the value in the float network.</param>
/// <param name="Scale">The scale.</param>
/// <param name="ZeroPoint">The zero point.</param>
internal sealed record QuantizedValue(string Name, float Scale, byte ZeroPoint)
{
    public string ScaleName => Name + "_scale";

    public string ZeroPointName => Name + "_zero_point";

    /// <summary>Gets the name of the value in the quantized network.</summary>
    public string QuantizedName { get; init; } = Name + "_quantized";
}

/// <summary>
/// Writes the 8-bit form of a network of <see cref="MxnetTopology"/>. BatchNormalization is folded into the preceding convolution, and ReLU
/// into the quantization: uint8 with zero point 0 has no negative values. The ranges are those of the calibration images.
/// </summary>
internal abstract class QuantizedTopology
{
    // Photos have larger ranges than a few small synthetic images.
    private const float Margin = 1.2f;

    private readonly OnnxModel _source;
    private readonly Dictionary<string, (float Minimum, float Maximum)> _ranges;
    private readonly Dictionary<string, OnnxTensor> _weights;
    private readonly Dictionary<string, QuantizedValue> _values = [];

    protected QuantizedTopology(MxnetTopology network, string graphName)
    {
        _source = network.Build();
        _ranges = network.Ranges;
        _weights = _source.Graph.Initializers.ToDictionary(t => t.Name);
        Model = new OnnxModel(4, _source.Opset, graphName);
    }

    protected OnnxModel Model { get; }

    public OnnxModel Build()
    {
        OnnxGraph source = _source.Graph;
        Model.Graph.Inputs.Add(source.Inputs[0]);
        Model.Graph.Outputs.Add(source.Outputs[0]);

        // The range of pixels after normalization with ImageNet's mean and deviation.
        string input = source.Inputs[0].Name;
        _values[input] = QuantizeInput(Parameters(input, -2.1179f, 2.64f));
        for (int i = 0; i < source.Nodes.Count; i++)
        {
            OnnxNode node = source.Nodes[i];
            string output = node.Outputs[0];
            QuantizedValue x = _values[node.Inputs[0]];
            switch (node.OpType)
            {
                case "Conv":
                    OnnxNode norm = source.Nodes[++i];
                    FoldedConvolution folded = Fold(node, norm);
                    OnnxNode? relu = TakeRelu(norm, ref i);
                    _values[(relu ?? norm).Outputs[0]] = Convolve(folded, x, Calibrated((relu ?? norm).Outputs[0]), relu is not null);
                    break;
                case "MaxPool":
                    _values[output] = Pool(node, x);
                    break;
                case "Add":
                    QuantizedValue other = _values[node.Inputs[1]];
                    OnnxNode activation = TakeRelu(node, ref i)!;
                    _values[activation.Outputs[0]] = Add(node, x, other, Calibrated(activation.Outputs[0], node.Outputs[0]));
                    break;
                case "GlobalAveragePool":
                    _values[output] = Average(node, x, Calibrated(output));
                    break;
                case "Flatten":
                    _values[output] = Flatten(node, x, Calibrated(output));
                    break;
                case "Gemm":
                    Dense(node, x);
                    break;
                default:
                    throw new NotSupportedException($"{node} has no 8-bit form.");
            }
        }

        return Model;
    }

    protected abstract QuantizedValue QuantizeInput(QuantizedValue value);

    protected abstract QuantizedValue Convolve(FoldedConvolution convolution, QuantizedValue x, QuantizedValue output, bool rectified);

    protected abstract QuantizedValue Pool(OnnxNode node, QuantizedValue x);

    protected abstract QuantizedValue Add(OnnxNode node, QuantizedValue left, QuantizedValue right, QuantizedValue output);

    protected abstract QuantizedValue Average(OnnxNode node, QuantizedValue x, QuantizedValue output);

    protected abstract QuantizedValue Flatten(OnnxNode node, QuantizedValue x, QuantizedValue output);

    protected abstract void Dense(OnnxNode node, QuantizedValue x);

    protected OnnxTensor Weight(string name) => _weights[name];

    /// <summary>Adds the scale and the zero point of a value, from its calibrated range.</summary>
    /// <param name="value">The value.</param>
    /// <param name="name">The base of their names; null for the value's name.</param>
    /// <returns>The value with its scale and zero point.</returns>
    protected QuantizedValue Calibrated(string value, string? name = null)
        => Parameters(name ?? value, _ranges[value].Minimum * Margin, _ranges[value].Maximum * Margin);

    protected QuantizedValue Parameters(string name, float minimum, float maximum)
    {
        // Zero must be representable because padding is zero.
        (double low, double high) = (Math.Min(minimum, 0), Math.Max(maximum, 0));
        float scale = high > low ? (float)((high - low) / byte.MaxValue) : 1;
        QuantizedValue value = new(name, scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, byte.MaxValue));
        Add(OnnxTensor.Create<float>(value.ScaleName, [], [value.Scale]));
        Add(OnnxTensor.Create<byte>(value.ZeroPointName, [], [value.ZeroPoint]));
        return value;
    }

    protected void Add(OnnxTensor tensor) => Model.Graph.Initializers.Add(tensor);

    protected void Add(OnnxNode node) => Model.Graph.Nodes.Add(node);

    protected void AddWeight(string name, ReadOnlySpan<long> shape, sbyte[] values)
        => Add(OnnxTensor.Create<sbyte>(name + "_quantized", shape, values));

    protected static void CopyWindow(OnnxNode from, OnnxNode to)
    {
        foreach (string name in from.Attributes.Names)
        {
            if (name != "group" && from.Attributes.GetInts(name) is long[] values)
            {
                to.Attributes.Set(name, values);
            }
            else
            {
                to.Attributes.Set(name, from.Attributes.GetInt(name, 1));
            }
        }
    }

    /// <summary>Quantizes weights symmetrically to 8 bits, with one scale per group of consecutive weights.</summary>
    protected static (sbyte[] Values, float[] Scales) QuantizeWeights(ReadOnlySpan<float> weights, int groups)
    {
        sbyte[] values = new sbyte[weights.Length];
        float[] scales = new float[groups];
        int length = weights.Length / groups;
        for (int group = 0; group < groups; group++)
        {
            float largest = 0;
            foreach (float weight in weights.Slice(group * length, length))
            {
                largest = Math.Max(largest, Math.Abs(weight));
            }

            scales[group] = largest > 0 ? largest / sbyte.MaxValue : 1;
            for (int i = group * length; i < (group + 1) * length; i++)
            {
                values[i] = (sbyte)Math.Round(weights[i] / (double)scales[group]);
            }
        }

        return (values, scales);
    }

    /// <summary>Quantizes a bias in units of the product of the input's scale and the weights' scale.</summary>
    protected static int[] QuantizeBias(ReadOnlySpan<float> bias, float inputScale, float[] weightScales)
    {
        int[] values = new int[bias.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double step = (double)inputScale * weightScales[weightScales.Length == 1 ? 0 : i];
            values[i] = (int)Math.Clamp(Math.Round(bias[i] / step), int.MinValue, int.MaxValue);
        }

        return values;
    }

    /// <summary>Takes the ReLU that follows a node and advances the index; null if there is none.</summary>
    private OnnxNode? TakeRelu(OnnxNode node, ref int index)
    {
        OnnxNode? next = index + 1 < _source.Graph.Nodes.Count ? _source.Graph.Nodes[index + 1] : null;
        bool follows = next is not null && next.Is("Relu") && next.Inputs[0] == node.Outputs[0];
        index += follows ? 1 : 0;
        return follows ? next : null;
    }

    private FoldedConvolution Fold(OnnxNode convolution, OnnxNode norm)
    {
        OnnxTensor weight = Weight(convolution.Inputs[1]);
        float[] weights = weight.ToArray<float>();
        float[][] norms = [.. norm.Inputs.Skip(1).Select(n => Weight(n).ToArray<float>())];
        float[] bias = convolution.GetInputOrNull(2) is string name ? Weight(name).ToArray<float>() : new float[norms[0].Length];
        float epsilon = norm.Attributes.GetFloat("epsilon", 1e-5f);
        int perFilter = weights.Length / bias.Length;
        for (int filter = 0; filter < bias.Length; filter++)
        {
            double factor = norms[0][filter] / Math.Sqrt((double)norms[3][filter] + epsilon);
            bias[filter] = (float)(norms[1][filter] + ((bias[filter] - (double)norms[2][filter]) * factor));
            for (int i = filter * perFilter; i < (filter + 1) * perFilter; i++)
            {
                weights[i] = (float)(weights[i] * factor);
            }
        }

        return new FoldedConvolution(convolution, $"ConvBnFusion_W_{weight.Name}", $"ConvBnFusion_BN_B_{norm.Inputs[2]}",
            [.. weight.Shape], weights, bias);
    }
}
