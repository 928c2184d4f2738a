using ResNet.Net.Onnx;

namespace ResNet.Net.Tests;

/// <summary>Computes embeddings with the models of public reports, whose inputs are adapted.</summary>
public class ResNetEmbedderInputTests
{
    [SharedTheory]
    [InlineData("plain.onnx", 1e-4)]
    [InlineData("nhwc.onnx", 1e-4)]
    [InlineData("uint8_nhwc.onnx", 1e-4)]
    [InlineData("fp16.onnx", 5e-3)]
    [InlineData("reshape1.onnx", 1e-4)]
    [InlineData("softmax.onnx", 1e-4)]
    public void Embed_ReportedModel_FeaturesTimesTheDenseLayerAreTheScores(string name, double tolerance)
    {
        string path = Path.Combine(TestFolders.Shared, "reports", "models", name);
        (float[] weights, float[] bias) = DenseLayer(path);
        using ResNetClassifier classifier = ResNetClassifier.Create(new ModelDefinition(path));
        using ResNetEmbedder embedder = ResNetEmbedder.Create(new ModelDefinition(path), new ResNetEmbedderOptions { Normalize = false });
        string[] images = TestFolders.SampleImagePaths;

        float[][] embeddings = [.. embedder.EmbedBatch(images).Select(o => o.Value)];

        for (int i = 0; i < images.Length; i++)
        {
            embeddings[i].Should().Equal(embedder.Embed(images[i]), (a, e) => Math.Abs(a - e) <= tolerance);
            double[] scores =
            [
                .. bias.Select(
                    (b, row) => b + embeddings[i].Zip(weights.Skip(row * embeddings[i].Length), (f, w) => (double)f * w).Sum()),
            ];
            double largest = scores.Max();
            double sum = scores.Sum(s => Math.Exp(s - largest));
            foreach (Prediction prediction in classifier.Classify(images[i], bias.Length).Predictions)
            {
                double expected = Math.Exp(scores[prediction.ClassIndex] - largest) / sum;
                prediction.Probability.Should().BeApproximately((float)expected, (float)tolerance);
            }
        }
    }

    private static (float[] Weights, float[] Bias) DenseLayer(string path)
    {
        OnnxGraph graph = OnnxModel.Load(path).Graph;
        OnnxNode dense = graph.Nodes.Single(n => n.OpType == "Gemm");
        dense.Attributes.GetInt("transB", 0).Should().Be(1);
        return (Values(graph.FindInitializer(dense.Inputs[1])!), Values(graph.FindInitializer(dense.Inputs[2])!));
    }

    private static float[] Values(OnnxTensor tensor) => tensor.ElementType == OnnxElementType.Float16
        ? [.. tensor.AsSpan<Half>().ToArray().Select(h => (float)h)]
        : tensor.AsSpan<float>().ToArray();
}
