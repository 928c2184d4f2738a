using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization.Tests;

/// <summary>Runs models in ONNX Runtime.</summary>
internal static class Runs
{
    public static float[] Scores(
        OnnxModel model,
        ReadOnlyMemory<float> image,
        int size = SmallNetworks.Size,
        GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL)
        => Values(model, image, [model.Graph.Outputs[0].Name], size, optimization)[0].Values;

    public static (float[] Values, long[] Shape)[] Values(
        OnnxModel model,
        ReadOnlyMemory<float> image,
        string[] names,
        int size = SmallNetworks.Size,
        GraphOptimizationLevel optimization = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using ModelRunner runner = new(model, model.Graph.FeedInputs.Single().Name, size, size, names, threads: 1, optimization);
        image.Span.CopyTo(runner.Input);
        (float[], long[])[] values = new (float[], long[])[names.Length];
        runner.Run((i, span, shape) => values[i] = (span.ToArray(), shape));
        return values;
    }

    /// <summary>Computes the signal-to-quantization-noise ratio in dB.</summary>
    public static double Sqnr(IEnumerable<float> exact, IEnumerable<float> noisy)
        => 10 * Math.Log10(exact.Sum(v => (double)v * v) / exact.Zip(noisy, (a, b) => (a - (double)b) * (a - (double)b)).Sum());
}
