using Microsoft.ML.OnnxRuntime;
using static ResNet.Net.Onnx.Tests.Support.Caffe2Operators;

namespace ResNet.Net.Onnx.Tests;

/// <summary>
/// Verifies operators against loops that compute Caffe2's definition. The scales are powers of two, so that results are exact.
/// </summary>
public class ImportOperatorTests
{
    private const int Channels = 4, Height = 6, Width = 5, Filters = 6, ZeroX = 120;
    private const float ScaleX = 0.5f, ScaleW = 0.25f, ScaleY = 8f;

    private static readonly Caffe2ImportOptions Options = new() { Channels = Channels, Height = Height, Width = Width };

    public static TheoryData<QuantizationFormat, string, int, int, int> Convolutions
    {
        get
        {
            TheoryData<QuantizationFormat, string, int, int, int> data = [];
            foreach (QuantizationFormat format in Enum.GetValues<QuantizationFormat>())
            {
                data.Add(format, "kernel", 1, 128, 0);
                data.Add(format, "kernel", 2, 128, 100);
                data.Add(format, "kernel_h", 2, 131, 128);
                data.Add(format, "kernels", 1, 7, 0);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Convolutions))]
    public void Import_Int8Conv_ComputesTheDefinition(QuantizationFormat format, string form, int groups, int zeroW, int zeroY)
    {
        (int h, int w, int strideH, int strideW, int top, int left, int bottom, int right, Caffe2Argument[] arguments) = form switch
        {
            "kernel" => (3, 3, 2, 2, 1, 1, 1, 1, (Caffe2Argument[])[Int("kernel", 3), Int("stride", 2), Int("pad", 1)]),
            "kernel_h" => (1, 3, 1, 2, 0, 1, 1, 2,
                [Int("kernel_h", 1), Int("kernel_w", 3), Int("stride_w", 2), Int("pad_l", 1), Int("pad_b", 1), Int("pad_r", 2)]),
            _ => (3, 2, 1, 1, 1, 0, 2, 1, [Ints("kernels", 3, 2), Ints("strides", 1, 1), Ints("pads", 1, 0, 2, 1)]),
        };
        Random random = new(groups + zeroW);
        int perGroup = Channels / groups;
        byte[] weights = new byte[Filters * h * w * perGroup];
        random.NextBytes(weights);
        long[] bias = [.. Enumerable.Range(0, Filters).Select(_ => (long)random.Next(-500, 500))];
        Caffe2Operator[] fills =
        [
            FillBytes("w", [Filters, h, w, perGroup], weights, ScaleW, zeroW), FillInts("b", bias, ScaleX * ScaleW),
        ];

        (byte[] x, byte[] y, long[] shape) = Run(
            format, fills, Operator("Int8Conv", ["x", "w", "b"], "y",
                [Order("NHWC"), Int("group", groups), .. arguments, .. Quantization(ScaleY, zeroY)]));

        int rows = ((Height + top + bottom - h) / strideH) + 1, columns = ((Width + left + right - w) / strideW) + 1;
        shape.Should().Equal(1, Filters, rows, columns);
        List<byte> expected = [];
        for (int m = 0; m < Filters; m++)
        {
            for (int i = 0; i < rows * columns; i++)
            {
                long sum = bias[m];
                for (int k = 0; k < h * w * perGroup; k++)
                {
                    (int ky, int kx, int c) = (k / perGroup / w, k / perGroup % w, (k % perGroup) + (m / (Filters / groups) * perGroup));
                    (int py, int px) = ((i / columns * strideH) + ky - top, (i % columns * strideW) + kx - left);
                    if (py >= 0 && py < Height && px >= 0 && px < Width)
                    {
                        sum += (x[(((c * Height) + py) * Width) + px] - ZeroX) * (weights[(m * h * w * perGroup) + k] - zeroW);
                    }
                }

                expected.Add(ToByte(sum * (double)(ScaleX * ScaleW / ScaleY), zeroY));
            }
        }

        y.Should().Equal(expected);
        y.Distinct().Should().HaveCountGreaterThan(10);
    }

    [Theory]
    [InlineData(QuantizationFormat.QOperator)]
    [InlineData(QuantizationFormat.Qdq)]
    public void Import_Int8FCOverAMap_PermutesTheColumns(QuantizationFormat format)
    {
        byte[] weights = new byte[Filters * Channels * Height * Width];
        new Random(2).NextBytes(weights);
        long[] bias = [1, -20, 300, -4, 5, 60];
        Caffe2Operator[] fills =
        [
            FillBytes("w", [Filters, weights.Length / Filters], weights, ScaleW, 128), FillInts("b", bias, ScaleX * ScaleW),
        ];

        (byte[] x, byte[] y, _) = Run(format, fills, Operator("Int8FC", ["x", "w", "b"], "y", Quantization(32, 128)));

        List<byte> expected = [];
        for (int n = 0; n < Filters; n++)
        {
            long sum = bias[n];
            for (int k = 0; k < x.Length; k++)
            {
                (int pixel, int c) = (k / Channels, k % Channels);
                sum += (x[(c * Height * Width) + pixel] - ZeroX) * (weights[(n * x.Length) + k] - 128);
            }

            expected.Add(ToByte(sum * (double)(ScaleX * ScaleW / 32), 128));
        }

        y.Should().Equal(expected);
        y.Distinct().Should().HaveCountGreaterThan(3);
    }

    [Theory]
    [InlineData(QuantizationFormat.QOperator, "Int8Sum", 30)]
    [InlineData(QuantizationFormat.QOperator, "Int8SumRelu", 0)]
    [InlineData(QuantizationFormat.QOperator, "Int8SumRelu", 51)]
    [InlineData(QuantizationFormat.Qdq, "Int8Sum", 30)]
    [InlineData(QuantizationFormat.Qdq, "Int8SumRelu", 0)]
    public void Import_Int8Sum_AddsAndRectifies(QuantizationFormat format, string type, int zeroY)
    {
        (byte[] x, byte[] y, _) = Run(format, [], Operator(type, ["x", "x"], "y", Quantization(0.625f, zeroY)));

        // A rectified result has the range from 0 to Y_scale * (255 - Y_zero_point).
        (float scale, int zero) = type == "Int8Sum" ? (0.625f, zeroY) : (0.625f * (255 - zeroY) / 255, 0);
        y.Should().Equal(x.Select(b => ToByte(2 * (b - ZeroX) * (double)ScaleX / scale, zero)));
        y.Should().Contain(0).And.Contain(b => b > 40);
    }

    [Theory]
    [InlineData(QuantizationFormat.QOperator, true)]
    [InlineData(QuantizationFormat.QOperator, false)]
    [InlineData(QuantizationFormat.Qdq, true)]
    [InlineData(QuantizationFormat.Qdq, false)]
    public void Import_Int8Pool_LeavesOutThePadding(QuantizationFormat format, bool isMaximum)
    {
        const float Scale = 0.25f;
        const int Zero = 110, Rows = 3, Columns = 3;
        (byte[] x, byte[] y, long[] shape) = Run(
            format, [], Operator(isMaximum ? "Int8MaxPool" : "Int8AveragePool", ["x"], "y",
                [Int("kernel", 3), Int("stride", 2), Int("pad", 1), Order("NHWC"), .. Quantization(Scale, Zero)]));

        shape.Should().Equal(1, Channels, Rows, Columns);
        int wrong = 0;
        for (int i = 0; i < y.Length; i++)
        {
            (int c, int row, int column) = (i / (Rows * Columns), i / Columns % Rows, i % Columns);
            List<int> window = [];
            for (int k = 0; k < 9; k++)
            {
                (int py, int px) = ((row * 2) + (k / 3) - 1, (column * 2) + (k % 3) - 1);
                if (py is >= 0 and < Height && px is >= 0 and < Width)
                {
                    window.Add(x[(((c * Height) + py) * Width) + px]);
                }
            }

            // Averages of 6 or 9 pixels aren't exact in single precision.
            byte expected = isMaximum ? (byte)window.Max() : ToByte((window.Average() - ZeroX) * ScaleX / Scale, Zero);
            int difference = Math.Abs(y[i] - expected);
            wrong += difference;
            difference.Should().BeLessThanOrEqualTo(isMaximum ? 0 : 1);
        }

        wrong.Should().BeLessThan(y.Length / 4);
    }

    [Fact]
    public void Import_Int8ReluWithZeroPoint_ReplacesSmallerBytes()
    {
        (byte[] x, byte[] y, _) = Run(QuantizationFormat.QOperator, [], Operator("Int8Relu", ["x"], "y"));

        y.Should().Equal(x.Select(b => Math.Max(b, (byte)ZeroX)));
        x.Should().Contain(b => b < ZeroX);
    }

    [Theory]
    [InlineData("NCHW", false)]
    [InlineData("NHWC", true)]
    [InlineData("NHWC", false)]
    public void Import_FloatConvWithGroups_ComputesTheDefinition(string order, bool isChannelsLast)
    {
        const int Groups = 2, PerGroup = Channels / Groups;
        float[] weights = Samples(Filters * PerGroup * 2 * 3, 3);
        float[] bias = Samples(Filters, 4);
        long[] shape = isChannelsLast ? [Filters, 2, 3, PerGroup] : [Filters, PerGroup, 2, 3];
        Caffe2Operator[] operators =
        [
            .. order == "NHWC" ? [Operator("NCHW2NHWC", ["data"], "x")] : (Caffe2Operator[])[Operator("Relu", ["data"], "x")],
            Operator("Conv", ["x", "w", "b"], "y", Order(order), Int("group", Groups), Ints("kernels", 2, 3)),
            Operator("AveragePool", ["y"], "z", Order(order), Int("global_pooling", 1)),
        ];
        OnnxModel model = Caffe2Importer.Import(
            new Caffe2Net { Operators = [FillFloats("w", shape, weights), FillFloats("b", [Filters], bias)] },
            new Caffe2Net { Operators = operators }, Options).Model;
        float[] data = [.. Samples(Channels * Height * Width, 5).Select(Math.Abs)];

        (float[] z, _) = ModelRun.Of(model, ("data", [1, Channels, Height, Width], data));

        const int Rows = Height - 1, Columns = Width - 2;
        for (int m = 0; m < Filters; m++)
        {
            double mean = bias[m];
            for (int k = 0; k < PerGroup * 6 * Rows * Columns; k++)
            {
                (int c, int ky, int kx, int i) = (k % PerGroup, k / PerGroup % 2, k / PerGroup / 2 % 3, k / PerGroup / 6);
                int weight = isChannelsLast
                    ? (((((m * 2) + ky) * 3) + kx) * PerGroup) + c
                    : (((((m * PerGroup) + c) * 2) + ky) * 3) + kx;
                int channel = (m / (Filters / Groups) * PerGroup) + c;
                int pixel = (((i / Columns) + ky) * Width) + (i % Columns) + kx;
                mean += weights[weight] * data[(channel * Height * Width) + pixel] / (double)(Rows * Columns);
            }

            ((double)z[m]).Should().BeApproximately(mean, 1e-5);
        }
    }

    [Fact]
    public void Import_FloatFCOverAnNhwcMap_PermutesTheColumns()
    {
        float[] weights = Samples(2 * Channels * Height * Width, 6);
        OnnxModel model = Caffe2Importer.Import(
            new Caffe2Net { Operators = [FillFloats("w", [2, weights.Length / 2], weights), FillFloats("b", [2], 1, 2)] },
            new Caffe2Net { Operators = [Operator("NCHW2NHWC", ["data"], "x"), Operator("FC", ["x", "w", "b"], "y")] }, Options).Model;
        float[] data = Samples(Channels * Height * Width, 7);

        (float[] y, _) = ModelRun.Of(model, ("data", [1, Channels, Height, Width], data));

        for (int n = 0; n < 2; n++)
        {
            double expected = n + 1 + Enumerable.Range(0, data.Length).Sum(
                k => (double)weights[(n * data.Length) + k] * data[(k % Channels * Height * Width) + (k / Channels)]);
            ((double)y[n]).Should().BeApproximately(expected, 1e-4);
        }
    }

    /// <summary>Runs an operator between "x" and "y", and returns both. A global average follows it.</summary>
    private static (byte[] X, byte[] Y, long[] Shape) Run(QuantizationFormat format, Caffe2Operator[] fills, Caffe2Operator op)
    {
        Caffe2Operator[] operators =
        [
            Operator("NCHW2NHWC", ["data"], "nhwc"), Operator("Int8Quantize", ["nhwc"], "x", Quantization(ScaleX, ZeroX)), op,
            .. op.Type == "Int8FC"
                ? (Caffe2Operator[])[Operator("Int8Dequantize", ["y"], "scores")]
                :
                [
                    Operator("Int8AveragePool", ["y"], "z", [Int("global_pooling", 1), Order("NHWC"), .. Quantization(1, 0)]),
                    Operator("Int8Dequantize", ["z"], "scores"),
                ],
        ];
        Caffe2ImportResult result = Caffe2Importer.Import(
            new Caffe2Net { Operators = fills }, new Caffe2Net { Operators = operators }, Options with { Format = format });
        result.Warnings.Should().BeEmpty();
        result.Model.Check().Should().BeEmpty();
        result.Model.Graph.Outputs.Add(new OnnxValueInfo("x", OnnxElementType.UInt8, null));
        result.Model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxElementType.UInt8, null));
        float[] data = [.. Enumerable.Range(0, Channels * Height * Width).Select(i => ((i * 37 % 241) - 120) * ScaleX)];

        (float[] Values, long[] Shape)[] outputs = ModelRun.OutputsOf(
            result.Model, ["x", "y"], GraphOptimizationLevel.ORT_ENABLE_ALL, ("data", [1, Channels, Height, Width], data));

        byte[] x = ToBytes(outputs[0].Values);
        x.Should().Equal(data.Select(v => (byte)((v / ScaleX) + ZeroX)));
        return (x, ToBytes(outputs[1].Values), outputs[1].Shape);
    }

    private static byte[] ToBytes(float[] values) => [.. values.Select(v => (byte)v)];

    private static byte ToByte(double value, int zeroPoint)
        => (byte)Math.Clamp(zeroPoint + Math.Round(value, MidpointRounding.ToEven), 0, 255);

    private static float[] Samples(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
