using System.Security.Cryptography;
using ResNet.Net.Onnx;

namespace ResNet.Net.Tests.Support;

/// <summary>A small int8 classifier in Caffe2's format: one convolution, a pool and a dense layer with random weights.</summary>
internal sealed record Caffe2Pair(byte[] Init, byte[] Predict)
{
    public const int Features = 8, Kernel = 32;
    public const long Weights = (Features * Kernel * Kernel * 3) + (Classes * Features);

    /// <summary>The scale of the pooled features.</summary>
    public const float OutputScale = 0.05f;

    private const int Classes = 1000;
    private const float InputScale = 0.02f, WeightScale = 0.01f, ScoreScale = 0.1f;

    public static Caffe2Pair Create(int seed = 1, int features = Features)
    {
        Random random = new(seed);
        string[] data = ["gpu_0/data_0"];
        Caffe2Net init = new()
        {
            Operators =
            [
                WeightFill("conv_w", features, Kernel, Kernel, 3),
                BiasFill("conv_b", features, InputScale * WeightScale),
                WeightFill("pred_w", Classes, features),
                BiasFill("pred_b", Classes, OutputScale * WeightScale),
            ],
        };
        Caffe2Net predict = new()
        {
            Name = "small",
            ExternalInputs = [data[0], "conv_w", "conv_b", "pred_w", "pred_b"],
            ExternalOutputs = ["gpu_0/softmax_1"],
            Operators =
            [
                new Caffe2Operator("NCHW2NHWC") { Inputs = data, Outputs = ["blob"] },
                Int8("Int8Quantize", ["blob"], "quantized", InputScale, 128),
                Int8(
                    "Int8ConvRelu", ["quantized", "conv_w", "conv_b"], "conv", OutputScale, 0, ("kernel", Kernel), ("stride", Kernel)),
                Int8("Int8AveragePool", ["conv"], "pool", OutputScale, 0, ("kernel", 7), ("stride", 1)),
                Int8("Int8FC", ["pool", "pred_w", "pred_b"], "pred", ScoreScale, 128),
                new Caffe2Operator("Int8Dequantize") { Inputs = ["pred"], Outputs = ["scores"], Engine = "DNNLOWP" },
                new Caffe2Operator("Softmax") { Inputs = ["scores"], Outputs = ["gpu_0/softmax_1"] },
            ],
        };
        return new Caffe2Pair(init.ToArray(), predict.ToArray());

        Caffe2Operator WeightFill(string name, params long[] shape)
        {
            byte[] bytes = new byte[shape.Aggregate(1L, (a, b) => a * b)];
            random.NextBytes(bytes);
            return Fill("Int8GivenTensorFill", name, shape, WeightScale, 128, Caffe2Argument.FromBytes("values", bytes));
        }

        Caffe2Operator BiasFill(string name, int count, float scale)
        {
            long[] values = [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(-2000, 2000))];
            return Fill("Int8GivenIntTensorFill", name, [count], scale, 0, Caffe2Argument.FromInts("values", values));
        }
    }

    /// <summary>Writes both files to a folder.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "init_net.pb"), Init);
        File.WriteAllBytes(Path.Combine(folder, "predict_net.pb"), Predict);
    }

    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static Caffe2Operator Fill(
        string type, string output, long[] shape, float scale, int zeroPoint, Caffe2Argument values) => new(type)
        {
            Outputs = [output],
            Arguments =
            [
                Caffe2Argument.FromInts("shape", shape),
                values,
                Caffe2Argument.FromFloat("Y_scale", scale),
                Caffe2Argument.FromInt("Y_zero_point", zeroPoint),
            ],
        };

    private static Caffe2Operator Int8(
        string type, string[] inputs, string output, float scale, int zeroPoint, params (string Name, int Value)[] arguments) => new(type)
        {
            Inputs = inputs,
            Outputs = [output],
            Engine = "DNNLOWP",
            Arguments =
            [
                .. arguments.Select(a => Caffe2Argument.FromInt(a.Name, a.Value)),
                Caffe2Argument.FromString("order", "NHWC"),
                Caffe2Argument.FromFloat("Y_scale", scale),
                Caffe2Argument.FromInt("Y_zero_point", zeroPoint),
            ],
        };
}
