using static ResNet.Net.Onnx.Tests.Support.Caffe2Operators;

namespace ResNet.Net.Onnx.Tests.Support;

/// <summary>Builds small classifiers of Caffe2 whose operators tests can replace.</summary>
internal static class SmallCaffe2Classifier
{
    public const float InputScale = 0.5f, WeightScale = 0.25f;

    private const int Classes = 3, Filters = 2, Channels = 2;

    public static Caffe2ImportOptions Options { get; } = new() { Channels = Channels, Height = 4, Width = 4 };

    /// <summary>
    /// Returns an int8 network: Int8Quantize "q", Int8ConvRelu "c", Int8AveragePool "p", Int8FC "f", Int8Dequantize "q", Softmax.
    /// </summary>
    public static Caffe2Net QuantizedPredict(params (int Index, Caffe2Operator Operator)[] replacements) => Replace(
        [
            Operator("NCHW2NHWC", ["data"], "nhwc"),
            Operator("Int8Quantize", ["nhwc"], "q", Caffe2Operators.Quantization(InputScale, 128)),
            Operator(
                "Int8ConvRelu",
                ["q", "w", "b"],
                "c",
                [Int("kernel", 3), Int("pad", 1), Order("NHWC"), .. Caffe2Operators.Quantization(2, 0)]),
            Operator("Int8AveragePool", ["c"], "p", [Int("kernel", 4), Order("NHWC"), .. Caffe2Operators.Quantization(2, 0)]),
            Operator("Int8FC", ["p", "fw", "fb"], "f", [Order("NHWC"), .. Caffe2Operators.Quantization(1, 128)]),
            Operator("Int8Dequantize", ["f"], "q"),
            Operator("Softmax", ["q"], "scores"),
        ],
        replacements);

    public static Caffe2Net QuantizedInit(params (int Index, Caffe2Operator Operator)[] replacements) => Replace(
        [
            FillBytes("w", [Filters, 3, 3, Channels], [.. Enumerable.Range(0, 36).Select(i => (byte)(100 + i))], WeightScale, 128),
            FillInts("b", [5, -5], InputScale * WeightScale),
            FillBytes("fw", [Classes, Filters], [120, 130, 140, 150, 160, 170], WeightScale, 128),
            FillInts("fb", [1, 2, -3], 2 * WeightScale),
        ],
        replacements);

    /// <summary>
    /// Returns a float network: Conv "c", SpatialBN "n", Relu "n", Sum "sum", MaxPool "max", AveragePool "p", FC "f", Softmax.
    /// </summary>
    public static Caffe2Net FloatPredict(params (int Index, Caffe2Operator Operator)[] replacements) => Replace(
        [
            Operator("Conv", ["data", "w"], "c", Int("kernel", 3), Int("pad", 1)),
            Operator("SpatialBN", ["c", "s", "o", "m", "v"], "n", Int("is_test", 1), Caffe2Argument.FromFloat("epsilon", 1e-5f)),
            Operator("Relu", ["n"], "n"),
            Operator("Sum", ["n", "c"], "sum"),
            Operator("MaxPool", ["sum"], "max", Int("kernel", 2), Int("stride", 2)),
            Operator("AveragePool", ["max"], "p", Int("kernel", 2)),
            Operator("FC", ["p", "fw", "fb"], "f"),
            Operator("Softmax", ["f"], "scores"),
        ],
        replacements);

    public static Caffe2Net FloatInit(params (int Index, Caffe2Operator Operator)[] replacements) => Replace(
        [
            FillFloats("w", [Filters, Channels, 3, 3], [.. Enumerable.Range(0, 36).Select(i => (i - 18) / 16f)]),
            FillFloats("s", [Filters], 1, 2),
            FillFloats("o", [Filters], 0, 1),
            Operator("ConstantFill", [], "m", Ints("shape", Filters), Caffe2Argument.FromFloat("value", 0.25f)),
            FillFloats("v", [Filters], 1, 4),
            FillFloats("fw", [Classes, Filters], 1, 2, 3, -4, 5, -6),
            FillFloats("fb", [Classes], 0, 0.5f, 1),
        ],
        replacements);

    public static Caffe2ImportResult Import(Caffe2Net init, Caffe2Net predict, QuantizationFormat format = QuantizationFormat.QOperator)
        => Caffe2Importer.Import(init, predict, Options with { Format = format });

    private static Caffe2Net Replace(Caffe2Operator[] operators, (int Index, Caffe2Operator Operator)[] replacements)
    {
        foreach ((int index, Caffe2Operator replacement) in replacements)
        {
            operators[index] = replacement;
        }

        return new Caffe2Net { Name = "small", Operators = operators, ExternalOutputs = ["scores"] };
    }
}
