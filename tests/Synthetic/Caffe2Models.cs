namespace ResNet.Net.Synthetic;

/// <summary>
/// Builds synthetic models of Caffe2's ResNet-50 as pairs of networks: the published <c>predict_net.pb</c>, byte for byte, and an
/// <c>init_net.pb</c> with random weights.
/// </summary>
public static class Caffe2Models
{
    private const float SignedLimit = sbyte.MaxValue;
    private const float UnsignedLimit = byte.MaxValue;

    // Weights are stored as bytes.
    private const int ByteZero = 128;

    // Photos have larger ranges than a few small synthetic images.
    private const float Margin = 1.2f;

    /// <summary>
    /// Builds the float network. Its weights are those of <c>resnet50-caffe2-v1-9</c> (<see cref="ZooModels.Build"/>) with the same seed.
    /// </summary>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>The networks. The file of the first has 128,070,759 bytes, as published.</returns>
    public static (Caffe2Net Init, Caffe2Net Predict) BuildFloat(int seed = 0)
    {
        Dictionary<string, OnnxTensor> weights = ZooModels.Build("resnet50-caffe2-v1-9", seed).Graph.Initializers.ToDictionary(t => t.Name);
        Caffe2Operator[] fills =
        [
            .. Caffe2Networks.FloatWeights()
                .Select(name => FillFloat(name, weights[name + "_0"].Shape, weights[name + "_0"].ToArray<float>())),

            // Caffe2's exporter fills every external input that has no weights.
            FillFloat(Caffe2Networks.Queue, [1, 1], new float[1]),
        ];
        return (new Caffe2Net { Operators = fills }, Caffe2Networks.Float());
    }

    /// <summary>
    /// Builds the quantized network: the float network of the same seed with BatchNormalization folded into the weights. Since the scales
    /// of the published network are given, the weights are rescaled so that each value fills its range. ReLU networks permit this: a
    /// positive factor on a layer's output can be undone in the next layer.
    /// </summary>
    /// <param name="seed">The seed of the weights.</param>
    /// <returns>The networks. The file of the first has about 25.7 MB.</returns>
    public static (Caffe2Net Init, Caffe2Net Predict) BuildQuantized(int seed = 0)
    {
        Caffe2Topology topology = new(9, new WeightInitializer(seed));
        Dictionary<string, OnnxTensor> weights = topology.Build().Graph.Initializers.ToDictionary(t => t.Name);
        Caffe2Net predict = Caffe2Networks.Quantized();
        List<Caffe2Operator> fills = [];

        // The scale of each blob, and the factor between the quantized network's value and the float network's.
        Dictionary<string, (float Scale, double Factor)> blobs = [];
        double stageFactor = 0;
        for (int i = 0; i < predict.Operators.Count; i++)
        {
            Caffe2Operator node = predict.Operators[i];
            float scale = node.FindArgument("Y_scale")?.Float ?? 0;
            blobs.TryGetValue(node.Inputs[0], out (float Scale, double Factor) x);
            switch (node.Type)
            {
                case "Int8Quantize":
                    blobs[node.Outputs[0]] = (scale, 1);
                    break;
                case "Int8Conv" or "Int8ConvRelu":
                    string layer = node.Inputs[1]["gpu_0/".Length..^"_w_0_int8".Length];
                    string branch = layer[(layer.LastIndexOf('_') + 1)..];
                    if (layer.EndsWith("_0_branch1", StringComparison.Ordinal))
                    {
                        stageFactor = StageFactor(predict.Operators, i, topology.Ranges);
                    }

                    double factor = branch is "branch1" or "branch2c" ? stageFactor
                        : UnsignedLimit * scale / (Margin * topology.Ranges[RectifiedName(layer)].Maximum);
                    (float[] values, float[] bias) = Fold(weights, layer);
                    AddFills(node, weights[$"gpu_0/{layer}_w_0"].Shape, values, bias, x, factor);
                    blobs[node.Outputs[0]] = (scale, factor);
                    break;
                case "Int8FC":
                    float[] dense = weights["gpu_0/pred_w_0"].ToArray<float>();
                    (float low, float high) = topology.Ranges["gpu_0/pred_1"];
                    factor = SignedLimit * scale / (Margin * Math.Max(high, -low));
                    AddFills(node, weights["gpu_0/pred_w_0"].Shape, dense, weights["gpu_0/pred_b_0"].ToArray<float>(), x, factor);
                    blobs[node.Outputs[0]] = (scale, factor);
                    break;
                default:
                    blobs[node.Outputs[0]] = (scale, x.Factor);
                    break;
            }
        }

        fills.Add(FillFloat(Caffe2Networks.Queue + "_0", [1, 1], new float[1]));
        return (new Caffe2Net { Operators = fills }, predict);

        void AddFills(
            Caffe2Operator node, IReadOnlyList<long> shape, float[] values, float[] bias, (float Scale, double Factor) x, double factor)
        {
            double rescale = factor / x.Factor;
            float scale = (float)(values.Max(Math.Abs) * rescale / SignedLimit);
            byte[] bytes = new byte[values.Length];
            long[] order = shape.Count == 4 ? [shape[0], shape[2], shape[3], shape[1]] : [.. shape];
            int channels = (int)shape[1], area = values.Length / (int)shape[0] / channels;
            for (int i = 0; i < values.Length; i++)
            {
                // From [M, C, kernel, kernel] to [M, kernel, kernel, C].
                int filter = i / (channels * area), channel = i / area % channels, pixel = i % area;
                bytes[(((filter * area) + pixel) * channels) + channel] = (byte)(Math.Round(values[i] * rescale / scale) + ByteZero);
            }

            float step = x.Scale * scale;
            long[] integers = [.. bias.Select(b => (long)Math.Clamp(Math.Round(b * factor / step), int.MinValue, int.MaxValue))];
            fills.Add(Fill("Int8GivenTensorFill", node.Inputs[1], order, Caffe2Argument.FromBytes("values", bytes), scale, ByteZero));
            fills.Add(Fill("Int8GivenIntTensorFill", node.Inputs[2], [bias.Length], Caffe2Argument.FromInts("values", integers), step, 0));
        }
    }

    /// <summary>Computes the factor that all values of a stage share, because its sums add them.</summary>
    /// <param name="operators">The operators.</param>
    /// <param name="start">The index of the stage's first operator, the shortcut of its first block.</param>
    /// <param name="ranges">The ranges in the float network.</param>
    private static double StageFactor(
        IReadOnlyList<Caffe2Operator> operators, int start, Dictionary<string, (float Minimum, float Maximum)> ranges)
    {
        double factor = double.PositiveInfinity;
        string block = string.Empty;
        for (int i = start; i < operators.Count && operators[i].Type is "Int8Conv" or "Int8ConvRelu" or "Int8SumRelu"; i++)
        {
            Caffe2Operator node = operators[i];
            float scale = node.FindArgument("Y_scale")!.Float!.Value;
            if (node.Type == "Int8SumRelu")
            {
                factor = Math.Min(factor, UnsignedLimit * scale / (Margin * ranges[block + "_branch2c_bn_3"].Maximum));
                continue;
            }

            string layer = node.Inputs[1][..^"_w_0_int8".Length];
            if (layer.EndsWith("_0_branch1", StringComparison.Ordinal) && i > start)
            {
                break;
            }

            block = layer[..layer.LastIndexOf('_')];
            if (node.Type == "Int8Conv")
            {
                (float low, float high) = ranges[layer + "_bn_1"];
                factor = Math.Min(factor, SignedLimit * scale / (Margin * Math.Max(high, -low)));
            }
        }

        return factor;
    }

    private static string RectifiedName(string layer) => $"gpu_0/{(layer == "conv1" ? "res_conv1" : layer)}_bn_2";

    private static (float[] Weights, float[] Bias) Fold(Dictionary<string, OnnxTensor> tensors, string layer)
    {
        float[] weights = tensors[$"gpu_0/{layer}_w_0"].ToArray<float>();
        string norm = $"gpu_0/{(layer == "conv1" ? "res_conv1" : layer)}_bn";
        float[] scale = Norm("s"), offset = Norm("b"), mean = Norm("rm"), variance = Norm("riv");
        const double Epsilon = 1.00000006569e-05f;
        int perFilter = weights.Length / scale.Length;
        for (int filter = 0; filter < scale.Length; filter++)
        {
            double factor = scale[filter] / Math.Sqrt(variance[filter] + Epsilon);
            offset[filter] = (float)(offset[filter] - (mean[filter] * factor));
            foreach (ref float weight in weights.AsSpan(filter * perFilter, perFilter))
            {
                weight = (float)(weight * factor);
            }
        }

        return (weights, offset);

        float[] Norm(string parameter) => tensors[$"{norm}_{parameter}_0"].ToArray<float>();
    }

    private static Caffe2Operator FillFloat(string name, IEnumerable<long> shape, float[] values)
        => Fill("GivenTensorFill", name, shape, Caffe2Argument.FromFloats("values", values));

    private static Caffe2Operator Fill(
        string type, string name, IEnumerable<long> shape, Caffe2Argument values, float? scale = null, int zeroPoint = 0)
    {
        List<Caffe2Argument> arguments = [Caffe2Argument.FromInts("shape", shape.ToArray()), values];
        if (scale is float value)
        {
            arguments.AddRange([Caffe2Argument.FromFloat("Y_scale", value), Caffe2Argument.FromInt("Y_zero_point", zeroPoint)]);
        }

        return new Caffe2Operator(type) { Name = string.Empty, Outputs = [name], Arguments = arguments };
    }
}
