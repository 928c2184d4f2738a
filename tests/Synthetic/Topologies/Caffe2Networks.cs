using System.Globalization;

namespace ResNet.Net.Synthetic;

/// <summary>
/// Writes the operators of Caffe2's two ResNet-50 networks: the files that were published, byte for byte. What is kept here are facts about
/// them: the order of operators and arguments, the blobs that the quantized network reuses, and its scales.
/// </summary>
internal static class Caffe2Networks
{
    /// <summary>A leftover of the training input queue, which both networks declare as an input and no operator reads.</summary>
    public const string Queue = "gpu_0/imagenet1k_blobs_queue_f22e83c9-22cd-4a8b-a66d-113af6b832b4";

    private const string QuantizedInput = "gpu_0/data_0";
    private const string FloatOutput = "gpu_0/softmax";

    // The output of each of the quantized network's operators: a letter for its blob, and its scale.
    private const string QuantizedOutputs =
        "S C0.0207874 B0.0618116 S0.0618116 "
        + "P0.118774 B0.0351582 C0.0349188 S0.0556948 B0.0360336 S0.0296655 C0.0396351 S0.0571479 D0.0357369 "
        + "P0.0276882 C0.0303559 S0.0680869 P0.0382393 "
        + "C0.0784701 B0.0279497 S0.0334005 D0.0742916 B0.0420389 D0.0241675 P0.0299109 D0.0880098 Q0.0416742 "
        + "S0.0296314 P0.0288495 C0.0557769 S0.0447852 D0.0316577 B0.0305727 D0.0573368 P0.0395934 "
        + "Q0.0463029 B0.0309035 C0.0318275 P0.0569455 D0.0376431 C0.0423619 S0.0209274 C0.0438538 B0.0354871 "
        + "S0.0271025 Q0.0219479 S0.0482171 D0.0348967 P0.0266634 Q0.0231047 C0.0542256 P0.0361572 "
        + "C0.0258205 B0.0258888 C0.0449884 S0.0386498 B0.0316596 Q0.0400494 B0.0537317 C0.0370605 "
        + "Q0.141024 D0.0241763 P0.0282145 C0.181634 S0.155178 P0.0277552 B0.0200459 P0.111846 Q0.173267 "
        + "D0.0294285 B0.0254705 C0.173424 D0.228526 "
        + "S0.228526 Q0.235032 P S";

    private static readonly string[] Branches = ["_branch2a", "_branch2b", "_branch2c", "_branch1"];

    private static ReadOnlySpan<int> BlocksPerStage => [3, 4, 6, 3];

    /// <summary>Returns the float network, <c>predict_net.pb</c> of 31,649 bytes.</summary>
    public static Caffe2Net Float()
    {
        List<Caffe2Operator> operators = [];
        Convolve("data", "conv1", "res_conv1_bn", "conv1", 7, 3, 2, isShortcut: false);
        Relu("res_conv1_bn");
        Add("MaxPool", ["res_conv1_bn"], "pool1", Int("kernel", 3), Order("NCHW"), Int("pad", 1), Int("stride", 2));
        string x = "pool1";
        foreach ((string block, int stride, bool isFirst) in Blocks())
        {
            string a = block + "_branch2a", b = block + "_branch2b", c = block + "_branch2c", shortcut = block + "_branch1";
            Convolve(x, a, a + "_bn", a, 1, 0, 1, isShortcut: false);
            Relu(a + "_bn");
            Convolve(a + "_bn", b, b + "_bn", b, 3, 1, stride, isShortcut: false);
            Relu(b + "_bn");
            Convolve(b + "_bn", c, c + "_bn", c, 1, 0, 1, isShortcut: false);
            if (isFirst)
            {
                Convolve(x, shortcut, shortcut + "_bn", shortcut, 1, 0, stride, isShortcut: true);
            }

            Add("Sum", [c + "_bn", isFirst ? shortcut + "_bn" : x], c + "_bn");
            Relu(c + "_bn");
            x = c + "_bn";
        }

        Add("AveragePool", [x], "pool5", Int("kernel", 7), Int("stride", 1), Order("NCHW"));
        Add("FC", ["pool5", "pred_w", "pred_b"], "pred");
        Add("Softmax", ["pred"], "softmax");
        return new Caffe2Net
        {
            Name = "resnet50",
            Operators = operators,
            ExternalInputs = ["gpu_0/data", .. FloatWeights(), Queue],
            ExternalOutputs = [FloatOutput],
        };

        void Convolve(string input, string output, string norm, string weight, int kernel, int pad, int stride, bool isShortcut)
        {
            Caffe2Argument[] arguments = isShortcut
                ? [Int("stride", stride), Order("NCHW"), Int("kernel", kernel)]
                : [Int("kernel", kernel), Int("pad", pad), Order("NCHW"), Int("stride", stride)];
            Add("Conv", [input, weight + "_w"], output, arguments);
            Add("SpatialBN", [output, norm + "_s", norm + "_b", norm + "_rm", norm + "_riv"], norm,
                Caffe2Argument.FromFloat("epsilon", 1.00000006569e-05f), Int("is_test", 1), Order("NCHW"));
        }

        void Relu(string name) => Add("Relu", [name], name);

        void Add(string type, string[] inputs, string output, params Caffe2Argument[] arguments)
            => operators.Add(
                Create(type, [.. inputs.Select(Prefixed)], Prefixed(output), new Caffe2DeviceOption(), string.Empty, arguments));
    }

    /// <summary>Returns the weights of the float network in the order in which it declares them.</summary>
    public static IEnumerable<string> FloatWeights()
    {
        string[] norms = [.. Convolutions().Select(c => Prefixed(c == "conv1" ? "res_conv1_bn" : c + "_bn"))];
        return Convolutions().Zip(norms, (c, n) => new[] { $"{Prefixed(c)}_w", n + "_s", n + "_b" }).SelectMany(w => w)
            .Concat(["gpu_0/pred_w", "gpu_0/pred_b"])
            .Concat(norms.SelectMany(n => new[] { n + "_rm", n + "_riv" }));
    }

    /// <summary>Returns the quantized network, <c>predict_net.pb</c> of 18,919 bytes.</summary>
    public static Caffe2Net Quantized()
    {
        Queue<string> outputs = new(QuantizedOutputs.Split(' '));
        List<Caffe2Operator> operators = [];
        Add("NCHW2NHWC", [QuantizedInput], null, null);
        string x = Add("Int8Quantize", [Last()], null, "DNNLOWP", s => [Scale(s), Zero(128)]);
        x = Convolve(x, "conv1", 7, 3, 2, isRectified: true);
        x = Add("Int8MaxPool", [x], new(), "DNNLOWP",
            s => [Int("kernel", 3), Order("NHWC"), Int("pad", 1), Int("stride", 2), Scale(s), Zero(0)]);
        foreach ((string block, int stride, bool isFirst) in Blocks())
        {
            string shortcut = isFirst ? Convolve(x, block + "_branch1", 1, null, stride, isRectified: false) : x;
            x = Convolve(x, block + "_branch2a", 1, 0, 1, isRectified: true);
            x = Convolve(x, block + "_branch2b", 3, 1, stride, isRectified: true);
            x = Convolve(x, block + "_branch2c", 1, 0, 1, isRectified: false);
            x = Add("Int8SumRelu", [x, shortcut], new(), "DNNLOWP", s => [Scale(s), Zero(0), Order("NHWC")]);
        }

        x = Add("Int8AveragePool", [x], new(), "DNNLOWP", s => [Int("kernel", 7), Int("stride", 1), Order("NHWC"), Scale(s), Zero(0)]);
        x = Add("Int8FC", [x, "gpu_0/pred_w_0_int8", "gpu_0/pred_b_0_int8"], new(), "DNNLOWP", s => [Zero(128), Order("NHWC"), Scale(s)]);
        x = Add("Int8Dequantize", [x], null, "DNNLOWP");
        Add("Softmax", [x], new(), string.Empty);
        return new Caffe2Net
        {
            Name = "quant_resnet50_1",
            Operators = operators,
            ExternalInputs =
            [
                QuantizedInput,
                .. Convolutions().SelectMany(c => new[] { WeightOf(c), BiasOf(c) }),
                "gpu_0/pred_w_0_int8", "gpu_0/pred_b_0_int8", Queue + "_0",
            ],
            ExternalOutputs = ["gpu_0/softmax_1"],
        };

        string Last() => operators[^1].Outputs[0];

        string Convolve(string input, string layer, int kernel, int? pad, int stride, bool isRectified)
        {
            string[] inputs = [input, WeightOf(layer), BiasOf(layer)];
            return Add(isRectified ? "Int8ConvRelu" : "Int8Conv", inputs, new(), "DNNLOWP", s =>
            [
                .. pad is int value
                    ? (Caffe2Argument[])[Int("kernel", kernel), Int("pad", value), Order("NHWC"), Int("stride", stride)]
                    : [Int("stride", stride), Order("NHWC"), Int("kernel", kernel)],
                Zero(isRectified ? 0 : 128), Scale(s),
            ]);
        }

        string Add(
            string type, string[] inputs, Caffe2DeviceOption? device, string? engine, Func<float, Caffe2Argument[]>? arguments = null)
        {
            string entry = outputs.Dequeue();
            string output = entry[0] switch
            {
                'S' => "gpu_0/softmax_1",
                'P' => "gpu_0/pred_1",
                'Q' => "gpu_0/pred_1_int8",
                'B' => "gpu_0/res5_2_branch2b_bn_1_int8",
                'C' => "gpu_0/res5_2_branch2c_bn_1_int8",
                _ => "gpu_0/res5_2_branch2c_bn_2_int8",
            };
            float scale = entry.Length > 1 ? float.Parse(entry[1..], CultureInfo.InvariantCulture) : 0;
            operators.Add(Create(type, inputs, output, device, engine, arguments?.Invoke(scale) ?? []));
            return output;
        }

        static Caffe2Argument Scale(float value) => Caffe2Argument.FromFloat("Y_scale", value);

        static Caffe2Argument Zero(int value) => Int("Y_zero_point", value);
    }

    /// <summary>Returns the layers with convolutions, in the order of the network.</summary>
    public static IEnumerable<string> Convolutions() =>
    [
        "conv1",
        .. Blocks().SelectMany(b => Branches.Where(branch => b.IsFirst || branch != "_branch1").Select(branch => b.Name + branch)),
    ];

    private static List<(string Name, int Stride, bool IsFirst)> Blocks()
    {
        List<(string Name, int Stride, bool IsFirst)> blocks = [];
        for (int stage = 0; stage < BlocksPerStage.Length; stage++)
        {
            for (int block = 0; block < BlocksPerStage[stage]; block++)
            {
                blocks.Add(($"res{stage + 2}_{block}", block == 0 && stage > 0 ? 2 : 1, block == 0));
            }
        }

        return blocks;
    }

    private static Caffe2Operator Create(
        string type, string[] inputs, string output, Caffe2DeviceOption? device, string? engine, Caffe2Argument[] arguments)
        => new(type)
        {
            Name = string.Empty,
            Inputs = inputs,
            Outputs = [output],
            Arguments = arguments,
            DeviceOption = device,
            Engine = engine,
        };

    private static string Prefixed(string name) => "gpu_0/" + name;

    private static string WeightOf(string layer) => $"gpu_0/{layer}_w_0_int8";

    private static string BiasOf(string layer) => $"gpu_0/{(layer == "conv1" ? "res_conv1" : layer)}_bn_b_0_int8";

    private static Caffe2Argument Int(string name, int value) => Caffe2Argument.FromInt(name, value);

    private static Caffe2Argument Order(string value) => Caffe2Argument.FromString("order", value);
}
