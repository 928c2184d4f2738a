using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Implements the integer operators by their definitions: 64-bit sums, one scaling, clipping, no rounding.</summary>
internal static class IntegerReference
{
    public static Result Run(OnnxGraph graph, OnnxNode node, Dictionary<string, IntegerTensor> values) => node.OpType switch
    {
        "QLinearConv" => Conv(graph, node, values),
        "QLinearAdd" => Add(graph, node, values),
        _ => GlobalAveragePool(graph, node, values),
    };

    public static float[] Gemm(OnnxGraph graph, OnnxNode node, Dictionary<string, IntegerTensor> values)
    {
        byte[] x = values[node.Inputs[0]].Values;
        (double scale, int zero) = (Scale(graph, node.Inputs[1]), Zero(graph, node.Inputs[2]));
        sbyte[] weights = graph.FindInitializer(node.Inputs[3])!.ToArray<sbyte>();
        float[] scales = graph.FindInitializer(node.Inputs[4])!.ToArray<float>();
        int[] bias = graph.FindInitializer(node.Inputs[6])!.ToArray<int>();
        float[] y = new float[bias.Length];
        for (int o = 0; o < y.Length; o++)
        {
            long sum = bias[o];
            for (int i = 0; i < x.Length; i++)
            {
                sum += (x[i] - zero) * weights[(o * x.Length) + i];
            }

            y[o] = (float)(sum * scale * scales[o]);
        }

        return y;
    }

    private static Result Conv(OnnxGraph graph, OnnxNode node, Dictionary<string, IntegerTensor> values)
    {
        IntegerTensor x = values[node.Inputs[0]];
        (double inputScale, int inputZero) = (Scale(graph, node.Inputs[1]), Zero(graph, node.Inputs[2]));
        OnnxTensor weight = graph.FindInitializer(node.Inputs[3])!;
        sbyte[] weights = weight.ToArray<sbyte>();
        float[] scales = graph.FindInitializer(node.Inputs[4])!.ToArray<float>();
        (double outputScale, int outputZero) = (Scale(graph, node.Inputs[6]), Zero(graph, node.Inputs[7]));
        int[]? bias = node.GetInputOrNull(8) is string name ? graph.FindInitializer(name)!.ToArray<int>() : null;
        (int channels, int height, int width) = ((int)x.Shape[1], (int)x.Shape[2], (int)x.Shape[3]);
        (int outputs, int kernel) = ((int)weight.Shape[0], (int)weight.Shape[2]);
        int pad = (int)(node.Attributes.GetInts("pads")?[0] ?? 0);
        int stride = (int)(node.Attributes.GetInts("strides")?[0] ?? 1);
        (int rows, int columns) = (((height + (2 * pad) - kernel) / stride) + 1, ((width + (2 * pad) - kernel) / stride) + 1);
        double[] y = new double[outputs * rows * columns];
        for (int o = 0; o < outputs; o++)
        {
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    long sum = bias?[o] ?? 0;
                    for (int c = 0; c < channels; c++)
                    {
                        for (int i = 0; i < kernel; i++)
                        {
                            for (int j = 0; j < kernel; j++)
                            {
                                (int v, int u) = ((row * stride) + i - pad, (column * stride) + j - pad);
                                if (v >= 0 && v < height && u >= 0 && u < width)
                                {
                                    sum += (x.Values[(((c * height) + v) * width) + u] - inputZero)
                                        * weights[(((((o * channels) + c) * kernel) + i) * kernel) + j];
                                }
                            }
                        }
                    }

                    y[(((o * rows) + row) * columns) + column] = Clip((sum * inputScale * scales[o] / outputScale) + outputZero);
                }
            }
        }

        return new Result(y);
    }

    private static Result Add(OnnxGraph graph, OnnxNode node, Dictionary<string, IntegerTensor> values)
    {
        (double firstScale, int firstZero) = (Scale(graph, node.Inputs[1]), Zero(graph, node.Inputs[2]));
        (double secondScale, int secondZero) = (Scale(graph, node.Inputs[4]), Zero(graph, node.Inputs[5]));
        (double outputScale, int outputZero) = (Scale(graph, node.Inputs[6]), Zero(graph, node.Inputs[7]));
        return new Result([.. values[node.Inputs[0]].Values.Zip(
            values[node.Inputs[3]].Values,
            (a, b) => Clip(((((a - firstZero) * firstScale) + ((b - secondZero) * secondScale)) / outputScale) + outputZero))]);
    }

    private static Result GlobalAveragePool(OnnxGraph graph, OnnxNode node, Dictionary<string, IntegerTensor> values)
    {
        IntegerTensor x = values[node.Inputs[0]];
        (double inputScale, int inputZero) = (Scale(graph, node.Inputs[1]), Zero(graph, node.Inputs[2]));
        (double outputScale, int outputZero) = (Scale(graph, node.Inputs[3]), Zero(graph, node.Inputs[4]));
        int plane = (int)(x.Shape[2] * x.Shape[3]);
        return new Result(
            [.. x.Values.Chunk(plane).Select(p => Clip((p.Average(v => v - inputZero) * inputScale / outputScale) + outputZero))]);
    }

    private static double Clip(double value) => Math.Clamp(value, byte.MinValue, byte.MaxValue);

    private static double Scale(OnnxGraph graph, string name) => graph.FindInitializer(name)!.ToArray<float>()[0];

    private static int Zero(OnnxGraph graph, string name) => graph.FindInitializer(name)!.ToArray<byte>()[0];

    /// <summary>Represents the output in integer steps before rounding.</summary>
    internal sealed record Result(double[] Exact);
}
