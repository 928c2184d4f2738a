using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;
using ResNet.Net.Quantization.Internals.Graphs;

namespace ResNet.Net.Quantization.Internals.Running;

/// <summary>Signal-to-quantization-noise ratios, <c>10 log10(sum y^2 / sum (y - y')^2)</c> in dB, over a few pictures.</summary>
internal static class NoiseMeter
{
    /// <summary>The noise of each candidate by itself: everything before it is float.</summary>
    public static double[] Alone(
        PreparedModel model,
        QuantizationPlan plan,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        CalibrationSet pictures,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        (OnnxModel probe, string[] branches) = LayerProbe.Build(plan, parameters, options.ReduceRange);
        int count = branches.Length;

        // Nothing is fused, so that branch and layer differ by nothing but the rounding. Layers and branches in turns: one layer's values are held at a time.
        string[] values = [.. plan.Candidates.Zip(branches, (l, b) => new[] { l.Output, b }).SelectMany(p => p)];
        (double Signal, double Noise)[] sums = new (double, double)[count];
        using PictureRunner runner = new(probe, model.Input, model.Height, model.Width, values, options.Threads, GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[] exact = [];
        for (int i = 0; i < pictures.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pictures.Read(i, runner.Picture);
            runner.Run((value, span, _) =>
            {
                if (value % 2 == 0)
                {
                    exact = Keep(exact, span);
                }
                else
                {
                    Add(ref sums[value / 2], exact.AsSpan(0, span.Length), span);
                }
            });
            progress?.Report(new QuantizationProgress(QuantizationStage.MeasuringNoise, i + 1, 2 * pictures.Count));
        }

        return [.. sums.Select(Ratio)];
    }

    /// <summary>The noise at the output of each candidate in the quantized network, that of all layers before it included.</summary>
    public static double[] Accumulated(
        PreparedModel model,
        QuantizationPlan plan,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        CalibrationSet pictures,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        QdqWriter writer = new(plan, parameters, options.ReduceRange);
        string[] exact = [.. plan.Candidates.Select(l => l.Output)];
        string[] dequantized = [.. exact.Select(v => plan.IsQuantized(v) ? writer.Visible(v) : v)];
        OnnxModel quantized = writer.Write();
        (double Signal, double Noise)[] sums = new (double, double)[exact.Length];
        using PictureRunner floats = new(model.Model, model.Input, model.Height, model.Width, exact, options.Threads);
        using PictureRunner integers = new(quantized, model.Input, model.Height, model.Width, dequantized, options.Threads, GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[][] kept = [.. exact.Select(_ => Array.Empty<float>())];
        for (int i = 0; i < pictures.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pictures.Read(i, floats.Picture);
            floats.Picture.CopyTo(integers.Picture);
            floats.Run((value, span, _) => kept[value] = Keep(kept[value], span));
            integers.Run((value, span, _) => Add(ref sums[value], kept[value], span));
            progress?.Report(new QuantizationProgress(QuantizationStage.MeasuringNoise, pictures.Count + i + 1, 2 * pictures.Count));
        }

        return [.. sums.Select(Ratio)];
    }

    private static float[] Keep(float[] buffer, ReadOnlySpan<float> values)
    {
        float[] kept = buffer.Length >= values.Length ? buffer : new float[values.Length];
        values.CopyTo(kept);
        return kept;
    }

    private static void Add(ref (double Signal, double Noise) sums, ReadOnlySpan<float> exact, ReadOnlySpan<float> noisy)
    {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < noisy.Length; i++)
        {
            double difference = exact[i] - (double)noisy[i];
            signal += exact[i] * (double)exact[i];
            noise += difference * difference;
        }

        sums = (sums.Signal + signal, sums.Noise + noise);
    }

    private static double Ratio((double Signal, double Noise) sums) => 10 * Math.Log10(sums.Signal / sums.Noise);
}
