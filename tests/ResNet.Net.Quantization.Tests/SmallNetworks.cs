using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Builds small networks with random weights and all building blocks of ResNets, for 3x16x16 images.</summary>
internal static class SmallNetworks
{
    public const int Size = 16;
    public const int Classes = 7;

    /// <summary>Builds Conv, BatchNormalization, Relu, MaxPool, a residual block with shortcut, GlobalAveragePool, Flatten, Gemm.</summary>
    public static OnnxModel Residual(int seed = 1)
    {
        Net net = new(seed, opset: 13, "residual");
        net.Conv("x", "c0", 3, 8, 3, 1).Norm("c0", "n0", 8).Node("Relu", ["n0"], "r0");
        net.Pool("MaxPool", "r0", "p0", 3, 2, 1);
        net.Conv("p0", "c1", 8, 12, 3, 1).Norm("c1", "n1", 12).Node("Relu", ["n1"], "r1");
        net.Conv("r1", "c2", 12, 12, 3, 1, bias: true).Norm("c2", "n2", 12);
        net.Conv("p0", "c3", 8, 12, 1, 0).Norm("c3", "n3", 12);
        net.Node("Add", ["n2", "n3"], "a1").Node("Relu", ["a1"], "r2");
        net.Node("GlobalAveragePool", ["r2"], "g").Node("Flatten", ["g"], "f");
        return net.Gemm("f", "y", 12, transposed: true).Build();
    }

    /// <summary>Builds a pre-activation network with BatchNormalization of the input and after Adds.</summary>
    public static OnnxModel PreActivation(int seed = 2)
    {
        Net net = new(seed, opset: 7, "preactivation");
        net.Norm("x", "n0", 3).Conv("n0", "c0", 3, 8, 3, 1);
        string stream = "c0";
        for (int block = 0; block < 2; block++)
        {
            net.Norm(stream, $"b{block}n0", 8).Node("Relu", [$"b{block}n0"], $"b{block}r0");
            net.Conv(
                $"b{block}r0",
                $"b{block}c0",
                8,
                8,
                3,
                1).Norm($"b{block}c0", $"b{block}n1", 8).Node("Relu", [$"b{block}n1"], $"b{block}r1");
            net.Conv($"b{block}r1", $"b{block}c1", 8, 8, 3, 1).Node("Add", [$"b{block}c1", stream], $"b{block}a");
            stream = $"b{block}a";
        }

        net.Norm(stream, "n1", 8).Node("Relu", ["n1"], "r1").Node("GlobalAveragePool", ["r1"], "g").Reshape("g", "f");
        return net.Gemm("f", "y", 8, transposed: false).Build();
    }

    /// <summary>Builds a network as Caffe2 exports it: Sum, AveragePool, Dropout, Softmax, a low opset, weights as inputs.</summary>
    public static OnnxModel Caffe2(int seed = 3)
    {
        Net net = new(seed, opset: 7, "caffe2", irVersion: 3);
        net.Conv("x", "c0", 3, 8, 3, 1).Norm("c0", "n0", 8).Node("Relu", ["n0"], "r0");
        net.Conv("r0", "c1", 8, 8, 3, 1).Norm("c1", "n1", 8).Node("Sum", ["n1", "r0"], "s").Node("Relu", ["s"], "r1");
        net.Pool("AveragePool", "r1", "p", Size, 1, 0).Node("Dropout", ["p"], "d").Reshape("d", "f");
        return net.Gemm("f", "z", 8, transposed: true).Node("Softmax", ["z"], "y").Build();
    }

    public static ReadOnlyMemory<float>[] Images(int count, int seed = 9)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Image())];

        ReadOnlyMemory<float> Image() => new([.. Enumerable.Range(0, 3 * Size * Size).Select(Value)]);

        float Value(int i) => (float)(Math.Sin(i * random.NextDouble()) + random.NextDouble() - 0.3);
    }

    public static CalibrationSet Calibration(int count = 12) => CalibrationSet.FromTensors(Images(count), Size, Size);

    /// <summary>Adds nodes and their weights.</summary>
    internal sealed class Net
    {
        private readonly OnnxModel _model;
        private readonly Random _random;

        public Net(int seed, long opset, string name, long irVersion = 7)
        {
            _random = new Random(seed);
            _model = new OnnxModel(irVersion, opset, name);
            _model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxElementType.Float, ["N", 3, Size, Size]));
        }

        public Net Node(string opType, string[] inputs, string output)
        {
            _model.Graph.Nodes.Add(new OnnxNode(opType, inputs, [output], $"{output}_node"));
            return this;
        }

        public Net Conv(string input, string output, int from, int to, int kernel, int pad, bool bias = false)
        {
            Weights($"{output}_weight", [to, from, kernel, kernel], Math.Sqrt(3.0 / (from * kernel * kernel)));
            if (bias)
            {
                Weights($"{output}_bias", [to], 0.2);
            }

            Node("Conv", bias ? [input, $"{output}_weight", $"{output}_bias"] : [input, $"{output}_weight"], output);
            Last.Attributes.Set("kernel_shape", [kernel, kernel]);
            Last.Attributes.Set("pads", [pad, pad, pad, pad]);
            return this;
        }

        public Net Norm(string input, string output, int channels)
        {
            Weights($"{output}_gamma", [channels], 0.4, 1);
            Weights($"{output}_beta", [channels], 0.3);
            Weights($"{output}_mean", [channels], 0.2);
            Weights($"{output}_variance", [channels], 0.3, 0.8);
            return Node("BatchNormalization", [input, $"{output}_gamma", $"{output}_beta", $"{output}_mean", $"{output}_variance"], output);
        }

        public Net Pool(string opType, string input, string output, int kernel, int stride, int pad)
        {
            Node(opType, [input], output);
            Last.Attributes.Set("kernel_shape", [kernel, kernel]);
            Last.Attributes.Set("strides", [stride, stride]);
            Last.Attributes.Set("pads", [pad, pad, pad, pad]);
            return this;
        }

        public Net Reshape(string input, string output)
        {
            Put(OnnxTensor.Create<long>($"{output}_shape", [2], [0, -1]), OnnxElementType.Int64);
            return Node("Reshape", [input, $"{output}_shape"], output);
        }

        public Net Gemm(string input, string output, int features, bool transposed)
        {
            Weights($"{output}_weight", transposed ? [Classes, features] : [features, Classes], 1);
            Weights($"{output}_bias", [Classes], 0.5);
            Node("Gemm", [input, $"{output}_weight", $"{output}_bias"], output);
            Last.Attributes.Set("transB", transposed ? 1 : 0);
            return this;
        }

        public OnnxModel Build()
        {
            _model.Graph.Outputs.Add(new OnnxValueInfo(Last.Outputs[0], OnnxElementType.Float, ["N", Classes]));
            _model.ThrowIfInvalid();
            return _model;
        }

        private OnnxNode Last => _model.Graph.Nodes[^1];

        private void Weights(string name, long[] dims, double spread, double center = 0)
            => Put(
                OnnxTensor.Create<float>(
                    name,
                    dims,
                    [
                        .. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b))
                            .Select(_ => (float)(center + (((_random.NextDouble() * 2) - 1) * spread))),
                    ]),
                OnnxElementType.Float);

        private void Put(OnnxTensor tensor, OnnxElementType type)
        {
            _model.Graph.Initializers.Add(tensor);
            if (_model.IrVersion < 4)
            {
                _model.Graph.Inputs.Add(new OnnxValueInfo(tensor.Name, type, [.. tensor.Shape.Select(OnnxDimension.FromInt64)]));
            }
        }
    }
}
