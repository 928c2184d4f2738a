using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation.Tests;

/// <summary>Builds quantized models whose outputs are known or use many steps.</summary>
internal static class QuantizedModels
{
    public const float Step = 0.25f;
    private const int Side = 8;
    private const int Features = 3 * Side * Side;

    // One 8-bit layer with 192 inputs and 4 outputs; DataOfOneLayer computes its result.
    public static byte[] OneLayer(string input, string output, bool flattens = false)
    {
        OnnxModel model = new(irVersion: 7, opset: 13, "quantized");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo(input, OnnxElementType.Float, [1, 3, Side, Side]));
        graph.Outputs.Add(new OnnxValueInfo(output, OnnxElementType.Float, [1, 4]));
        graph.Initializers.Add(OnnxTensor.Create<float>("s_x", [], [0.5f]));
        graph.Initializers.Add(OnnxTensor.Create<byte>("z_x", [], [10]));
        graph.Initializers.Add(OnnxTensor.Create<float>("s_w", [], [1 / 128f]));
        graph.Initializers.Add(OnnxTensor.Create<sbyte>("z_w", [], [0]));
        graph.Initializers.Add(OnnxTensor.Create<float>("s_y", [], [Step]));
        graph.Initializers.Add(OnnxTensor.Create<byte>("z_y", [], [128]));
        graph.Initializers.Add(OnnxTensor.Create<sbyte>("w", [Features, 4], Weights()));
        graph.Nodes.Add(new OnnxNode("QuantizeLinear", [input, "s_x", "z_x"], ["q_x"]));
        graph.Nodes.Add(new OnnxNode("Flatten", ["q_x"], ["flat"]));
        graph.Nodes.Add(new OnnxNode("QLinearMatMul", ["flat", "s_x", "z_x", "w", "s_w", "z_w", "s_y", "z_y"], ["q_y"]));
        graph.Nodes.Add(new OnnxNode("DequantizeLinear", ["q_y", "s_y", "z_y"], [flattens ? "dequantized" : output]));
        if (flattens)
        {
            graph.Nodes.Add(new OnnxNode("Flatten", ["dequantized"], [output]));
        }

        model.ThrowIfInvalid();
        return model.ToArray();
    }

    private static sbyte[] Weights() => [.. Enumerable.Range(0, Features * 4).Select(i => (sbyte)(((i * 29) % 255) - 127))];

    public static (float[] Input, float[] Expected, long[] Shape) DataOfOneLayer()
    {
        // Inputs are multiples of their step, so quantizing them is exact. The sums, multiples of 1/256, are rounded to multiples of 1/4
        // within [-32, 31.75].
        int[] quantized = [.. Enumerable.Range(0, Features).Select(i => ((i * 7) % 5) - 2)];
        sbyte[] weights = Weights();
        float[] expected = new float[4];
        for (int column = 0; column < 4; column++)
        {
            int sum = Enumerable.Range(0, Features).Sum(i => quantized[i] * weights[(i * 4) + column]);
            double steps = Math.Round(sum * 0.5 / 128 / Step, MidpointRounding.ToEven);
            expected[column] = (float)(Math.Clamp(steps + 128, 0, 255) - 128) * Step;
        }

        return ([.. quantized.Select(q => q * 0.5f)], expected, [1, 3, Side, Side]);
    }

    // Three convolutions, a mean and a dense layer in QDQ format.
    public static byte[] Network(int seed)
    {
        Random random = new(seed);
        OnnxModel model = new(irVersion: 7, opset: 13, "network");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo("x", OnnxElementType.Float, [1, 3, 32, 32]));
        graph.Outputs.Add(new OnnxValueInfo("y", OnnxElementType.Float, [1, 64]));
        string value = Quantize(graph, "x", 4f / 255, 128);
        int channels = 3;
        for (int layer = 0; layer < 3; layer++)
        {
            string weights = QuantizedWeights(graph, $"w{layer}", [64, channels, 3, 3], random);
            graph.Nodes.Add(new OnnxNode("Conv", [value, weights], [$"c{layer}"]));
            graph.Nodes.Add(new OnnxNode("Relu", [$"c{layer}"], [$"r{layer}"]));
            value = Quantize(graph, $"r{layer}", 6f / 255, 0);
            channels = 64;
        }

        graph.Nodes.Add(new OnnxNode("GlobalAveragePool", [value], ["mean"]));
        value = Quantize(graph, "mean", 3f / 255, 0);
        graph.Nodes.Add(new OnnxNode("Flatten", [value], ["flat"]));
        value = Quantize(graph, "flat", 3f / 255, 0);
        graph.Nodes.Add(new OnnxNode("MatMul", [value, QuantizedWeights(graph, "dense", [64, 64], random)], ["logits"]));
        graph.Nodes.Add(new OnnxNode("QuantizeLinear", ["logits", Scale(graph, "y", 4f / 255, 128).Scale, "y_zero"], ["y_quantized"]));
        graph.Nodes.Add(new OnnxNode("DequantizeLinear", ["y_quantized", "y_scale", "y_zero"], ["y"]));
        model.ThrowIfInvalid();
        return model.ToArray();
    }

    private static (string Scale, string Zero) Scale(OnnxGraph graph, string name, float scale, byte zero)
    {
        graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_scale", [], [scale]));
        graph.Initializers.Add(OnnxTensor.Create<byte>($"{name}_zero", [], [zero]));
        return ($"{name}_scale", $"{name}_zero");
    }

    private static string Quantize(OnnxGraph graph, string value, float scale, byte zero)
    {
        (string s, string z) = Scale(graph, value, scale, zero);
        graph.Nodes.Add(new OnnxNode("QuantizeLinear", [value, s, z], [$"{value}_quantized"]));
        graph.Nodes.Add(new OnnxNode("DequantizeLinear", [$"{value}_quantized", s, z], [$"{value}_8bit"]));
        return $"{value}_8bit";
    }

    private static string QuantizedWeights(OnnxGraph graph, string name, long[] dims, Random random)
    {
        int length = (int)dims.Aggregate(1L, (a, b) => a * b);
        int fan = dims.Length == 4 ? length / (int)dims[0] : (int)dims[0];
        sbyte[] values = [.. Enumerable.Range(0, length).Select(_ => (sbyte)random.Next(-127, 128))];
        graph.Initializers.Add(OnnxTensor.Create<float>($"{name}_scale", [], [2.4f / 127 / MathF.Sqrt(fan)]));
        graph.Initializers.Add(OnnxTensor.Create<sbyte>($"{name}_zero", [], [0]));
        graph.Initializers.Add(OnnxTensor.Create<sbyte>($"{name}_quantized", dims, values));
        graph.Nodes.Add(new OnnxNode("DequantizeLinear", [$"{name}_quantized", $"{name}_scale", $"{name}_zero"], [name]));
        return name;
    }
}
