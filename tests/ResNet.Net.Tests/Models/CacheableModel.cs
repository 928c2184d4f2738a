using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Builds a model that is large enough for the optimized-model cache (5 MB) and fast to run.</summary>
internal static class CacheableModel
{
    public const int Side = 16, Classes = 4;

    private const int Middle = 256, Last = 512;

    public static PreprocessingProfile Profile { get; } = PreprocessingProfile.Torchvision.WithCrop(Side, Side);

    public static OnnxModel Build(int seed = 1)
    {
        Random random = new(seed);
        OnnxModel model = new(irVersion: 7, opset: 12, "cacheable");
        OnnxGraph graph = model.Graph;
        graph.Inputs.Add(new OnnxValueInfo("data", OnnxElementType.Float, ["N", 3, Side, Side]));
        graph.Outputs.Add(new OnnxValueInfo("scores", OnnxElementType.Float, ["N", Classes]));
        Convolution("data", "conv0", 3, Middle, 3);
        Norm("conv0", "norm0", Middle);
        graph.Nodes.Add(new OnnxNode("Relu", ["norm0"], ["relu0"]));
        Convolution("relu0", "conv1", Middle, Last, 3);
        Norm("conv1", "norm1", Last);
        graph.Nodes.Add(new OnnxNode("Relu", ["norm1"], ["relu1"]));
        graph.Nodes.Add(new OnnxNode("GlobalAveragePool", ["relu1"], ["pooled"]));
        graph.Nodes.Add(new OnnxNode("Flatten", ["pooled"], ["features"]));
        Weights("dense", 0.3, Classes, Last);
        Weights("dense_b", 0.1, Classes);
        OnnxNode dense = new("Gemm", ["features", "dense", "dense_b"], ["scores"]);
        dense.Attributes.Set("transB", 1);
        graph.Nodes.Add(dense);
        return model;

        void Convolution(string input, string output, int from, int to, int kernel)
        {
            Weights($"{output}_w", 1 / Math.Sqrt(from * kernel), to, from, kernel, kernel);
            OnnxNode node = new("Conv", [input, $"{output}_w"], [output]);
            node.Attributes.Set("pads", [1L, 1L, 1L, 1L]);
            node.Attributes.Set("strides", [2L, 2L]);
            graph.Nodes.Add(node);
        }

        void Norm(string input, string output, int channels)
        {
            Weights($"{output}_g", 1, channels);
            Weights($"{output}_b", 1, channels);
            Weights($"{output}_m", 1, channels);
            float[] variances = [.. Enumerable.Range(0, channels).Select(_ => 0.5f + random.NextSingle())];
            graph.Initializers.Add(OnnxTensor.Create<float>($"{output}_v", [channels], variances));
            string[] inputs = [input, $"{output}_g", $"{output}_b", $"{output}_m", $"{output}_v"];
            graph.Nodes.Add(new OnnxNode("BatchNormalization", inputs, [output]));
        }

        void Weights(string name, double amplitude, params long[] shape)
        {
            int length = (int)shape.Aggregate(1L, (a, b) => a * b);
            float[] values = [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * 2 * amplitude))];
            graph.Initializers.Add(OnnxTensor.Create<float>(name, shape, values));
        }
    }

    /// <summary>Returns the scores of a fixed image.</summary>
    public static float[] Scores(ResNetClassifier classifier)
    {
        byte[] pixels = new byte[40 * 30 * 3];
        new Random(5).NextBytes(pixels);
        float[] scores = new float[Classes];
        classifier.GetScores(new PixelView(pixels, 40, 30), scores);
        return scores;
    }
}
