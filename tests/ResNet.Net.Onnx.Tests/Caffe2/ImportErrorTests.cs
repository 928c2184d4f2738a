using static ResNet.Net.Onnx.Tests.Support.Caffe2Operators;
using static ResNet.Net.Onnx.Tests.Support.SmallCaffe2Classifier;

namespace ResNet.Net.Onnx.Tests;

/// <summary>Verifies that networks that cannot be imported are rejected with the operator and the blob.</summary>
public class ImportErrorTests
{
    private static readonly Caffe2Argument[] Window = [Int("kernel", 3), Int("pad", 1), Order("NHWC"), .. Quantization(2, 0)];

    public static TheoryData<string, int, Caffe2Operator> Predicts => new()
    {
        { "operator type is not supported*Int8Conv", 6, Operator("LRN", ["q"], "scores") },
        { "operator type is not supported", 6, Operator("If", ["q"], "scores", new Caffe2Argument("then_net") { Net = new() }) },
        { "it has 2 outputs", 6, new Caffe2Operator("Softmax") { Inputs = ["q"], Outputs = ["scores", "other"] } },
        { "it has 1 outputs", 6, Operator("Softmax", ["q"], string.Empty) },
        { "it has 0 inputs instead of 1", 5, Operator("Int8Dequantize", [], "q") },
        { "'missing' is never written*init network", 2, Operator("Int8ConvRelu", ["q", "missing", "b"], "c", Window) },
        { "'q' is computed*needs weights", 2, Operator("Int8ConvRelu", ["q", "q", "b"], "c", Window) },
        { "'w' is a constant*computed value", 2, Operator("Int8ConvRelu", ["w", "w", "b"], "c", Window) },
        { "'nhwc' contains floats*Int8Quantize", 2, Operator("Int8ConvRelu", ["nhwc", "w", "b"], "c", Window) },
        { "'f' is quantized*Int8Dequantize", 6, Operator("Softmax", ["f"], "scores") },
        { "'legacy_pad' is set*explicit pads", 3, Operator("Int8AveragePool", ["c"], "p", [Int("legacy_pad", 3), .. Window]) },
        { "'count_include_pad' is not supported", 3, Operator("Int8AveragePool", ["c"], "p", [Int("count_include_pad", 1), .. Window]) },
        { "'kernel' is missing", 3, Operator("Int8AveragePool", ["c"], "p", Window[1..]) },
        { "'stride' is 0*from 1 to", 2, Operator("Int8ConvRelu", ["q", "w", "b"], "c", [Int("stride", 0), .. Window]) },
        { "'pads' has 2 values instead of 4", 2,
            Operator("Int8ConvRelu", ["q", "w", "b"], "c", [Ints("pads", 1, 1), Int("kernel", 3), .. Window[2..]]) },
        { "window of 7 x 7*input of 4 x 4", 3, Operator("Int8AveragePool", ["c"], "p", [Int("kernel", 7), .. Window[2..]]) },
        { "'order' is 'CHWN'", 3, Operator("Int8AveragePool", ["c"], "p", Int("kernel", 4), Order("CHWN")) },
        { "order is NCHW, but the blob 'q' is NHWC", 2, Operator("Int8ConvRelu", ["q", "w", "b"], "c", [.. Window[..2], .. Window[3..]]) },
        { "2 channels*'q'*3 groups", 2, Operator("Int8ConvRelu", ["q", "w", "b"], "c", [Int("group", 3), .. Window]) },
        { "'w' has the shape [2, 3, 3, 2] instead of [M, 5, 5, 2]", 2,
            Operator("Int8ConvRelu", ["q", "w", "b"], "c", [Int("kernel", 5), .. Window[1..]]) },
        { "'fw' has the shape [3, 2] instead of [M, 3, 3, 2]", 2, Operator("Int8ConvRelu", ["q", "fw", "b"], "c", Window) },
        { "'b' of shape [2] must have 3 values", 4, Operator("Int8FC", ["p", "fw", "b"], "f", Quantization(1, 128)) },
        { "'fw' have the shape [3, 2]*32 values", 4, Operator("Int8FC", ["c", "fw", "fb"], "f", Quantization(1, 128)) },
        { "'axis' and 'axis_w' must be 1", 4, Operator("Int8FC", ["p", "fw", "fb"], "f", [Int("axis", 2), .. Quantization(1, 128)]) },
        { "'Y_scale' is missing", 4, Operator("Int8FC", ["p", "fw", "fb"], "f", Int("Y_zero_point", 128)) },
        { "'Y_scale' is NaN", 4, Operator("Int8FC", ["p", "fw", "fb"], "f", Quantization(float.NaN, 128)) },
        { "'Y_zero_point' is 256", 4, Operator("Int8FC", ["p", "fw", "fb"], "f", Quantization(1, 256)) },
        { "it has 3 inputs instead of 2", 3, Operator("Int8Sum", ["c", "c", "c"], "p", Quantization(1, 0)) },
        { "different shapes, [2, 4, 4] and [3]", 5, Operator("Int8Sum", ["c", "f"], "q", Quantization(1, 0)) },
        { "Softmax is supported only over the channels", 6, Operator("Softmax", ["nhwc"], "scores") },
        { "'scores' of the network is quantized", 6, Operator("Int8Relu", ["f"], "scores") },
        { "'scores'*[2, 4, 4]*not a classifier", 6, Operator("Relu", ["nhwc"], "scores") },
        { "already NHWC", 1, Operator("NCHW2NHWC", ["nhwc"], "q") },
    };

    public static TheoryData<string, int, Caffe2Operator> Inits => new()
    {
        { "[2, 3, 3, 2] has 36 elements, but there are 35 values", 0, FillBytes("w", [2, 3, 3, 2], new byte[35], 1, 128) },
        { "*not a valid shape", 0, FillBytes("w", [long.MaxValue, 3, 3, 2], new byte[36], 1, 128) },
        { "*not a valid shape", 0, FillBytes("w", [2, -3, -3, 2], new byte[36], 1, 128) },
        { "2147483648 elements, but there are 36 values", 0, FillBytes("w", [1L << 31], new byte[36], 1, 128) },
        { "'Y_scale' is 0", 0, FillBytes("w", [2, 3, 3, 2], new byte[36], 0, 128) },
        { "'Y_zero_point' is 300", 0, FillBytes("w", [2, 3, 3, 2], new byte[36], 1, 300) },
        { "must have one output", 0, new Caffe2Operator("GivenTensorFill") },
        { "Pass init_net.pb as the init network", 0, Operator("Relu", ["x"], "w") },
    };

    [Theory]
    [MemberData(nameof(Predicts))]
    public void Import_UnsupportedOperator_ThrowsWithOperatorAndBlob(string message, int index, Caffe2Operator op)
    {
        Action import = () => SmallCaffe2Classifier.Import(QuantizedInit(), QuantizedPredict((index, op)));

        import.Should().Throw<OnnxModelException>().WithMessage($"Operator {index} ({op.Type}, *of the predict network: *{message}*.");
    }

    [Theory]
    [MemberData(nameof(Inits))]
    public void Import_UnsupportedFill_ThrowsWithOperatorAndBlob(string message, int index, Caffe2Operator op)
    {
        Action import = () => SmallCaffe2Classifier.Import(QuantizedInit((index, op)), QuantizedPredict());

        import.Should().Throw<OnnxModelException>().WithMessage($"Operator {index} ({op.Type}, *of the init network: *{message}*.");
    }

    [Fact]
    public void Import_UnsupportedWeights_ThrowsWithUserAndBlob()
    {
        Fails(QuantizedInit((0, Operator("XavierFill", [], "w", Ints("shape", 2, 3, 3, 2)))), "Operator 2*'w'*XavierFill*GivenTensorFill*");
        Fails(QuantizedInit((0, FillInts("w", new long[36], 1))), "Operator 2*'w'*");
        Fails(QuantizedInit((1, Operator("Int8GivenIntTensorFill", [], "b",
            [Ints("shape", 2), Ints("values", 1, 2), .. Quantization(InputScale * WeightScale, 1)]))), "Operator 2*'b' is 1 instead of 0.");
        Fails(QuantizedInit((1, FillInts("b", [1, 1L << 31], InputScale * WeightScale))), "Operator 2*'b'*2147483648*32 bits.");
        Fails(QuantizedInit((1, FillBytes("b", [2], [1, 2], 1, 0))), "Operator 2*'b' must be filled with floats*");
        Fails(QuantizedInit((0, FillFloats("w", [2, 3, 3, 2], [.. Enumerable.Repeat(float.NaN, 36)]))), "Operator 2*'w'*not finite.");

        static void Fails(Caffe2Net init, string message)
            => ((Action)(() => SmallCaffe2Classifier.Import(init, QuantizedPredict())))
                .Should().Throw<OnnxModelException>().WithMessage(message);
    }

    [Fact]
    public void Import_ConstantOfManyElements_ThrowsWithoutItsMemory()
    {
        Caffe2Net init = FloatInit((0, Operator("ConstantFill", [], "w", Ints("shape", 1L << 40, 2, 3, 3))));

        Action import = () => SmallCaffe2Classifier.Import(init, FloatPredict());

        import.Should().Throw<OnnxModelException>().WithMessage("Operator 0 (Conv*more memory*");
    }

    [Fact]
    public void Import_BatchNormalizationInTraining_Throws()
    {
        Caffe2Net predict = FloatPredict((1, Operator("SpatialBN", ["c", "s", "o", "m", "v"], "n")));

        Action import = () => SmallCaffe2Classifier.Import(FloatInit(), predict);

        import.Should().Throw<OnnxModelException>().WithMessage("Operator 1 (SpatialBN, output 'n')*'is_test' 1.");
    }

    [Fact]
    public void Import_SwappedOrEmptyNetworks_Throws()
    {
        Fails(QuantizedPredict(), QuantizedInit(), "Operator 0 (NCHW2NHWC, *of the init network*Pass init_net.pb as *.");
        Fails(QuantizedInit(), QuantizedInit(), "All 4 operators of the predict network*Pass init_net.pb as the init network*");
        Fails(QuantizedInit(), new Caffe2Net(), "The predict network has no operators*");
        Fails(new Caffe2Net(), QuantizedPredict(), "Operator 2 (Int8ConvRelu, output 'c')*'w' is never written*");

        static void Fails(Caffe2Net init, Caffe2Net predict, string message)
            => ((Action)(() => SmallCaffe2Classifier.Import(init, predict))).Should().Throw<OnnxModelException>().WithMessage(message);
    }

    [Fact]
    public void Import_TwoInputs_ThrowsWithTheirNames()
    {
        Action import = () => SmallCaffe2Classifier.Import(FloatInit(), FloatPredict((3, Operator("Sum", ["n", "mask"], "sum"))));

        import.Should().Throw<OnnxModelException>().WithMessage("*2 blobs that are never written: 'data', 'mask'*one input.");
    }

    [Fact]
    public void Import_InvalidOptions_Throws()
    {
        Fails(Options with { Height = 0 }, "Height*from 1 to 32767*");
        Fails(Options with { Channels = 1 << 15 }, "Channels*");
        Fails(Options with { Format = (QuantizationFormat)2 }, "The format*");

        static void Fails(Caffe2ImportOptions options, string message)
            => ((Action)(() => Caffe2Importer.Import(FloatInit(), FloatPredict(), options)))
                .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }
}
