using Microsoft.ML.OnnxRuntime;
using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Measures signal-to-quantization-noise ratios over a few images: <c>10 log10(sum y^2 / sum (y - y')^2)</c> dB.</summary>
internal static class SqnrMeter
{
    /// <summary>Measures each candidate quantized alone, with all previous layers in float.</summary>
    public static double[] MeasureAlone(
        PreparedModel model,
        QuantizationPlan plan,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        CalibrationSet calibration,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        (OnnxModel probe, string[] branches) = LayerProbe.Build(plan, parameters, options.ReduceRange);
        int count = branches.Length;

        // Without fusion, branch and layer differ only by the rounding. Alternating layers and branches holds one layer's values at a time.
        string[] values = [.. plan.Candidates.Zip(branches, (l, b) => new[] { l.Output, b }).SelectMany(p => p)];
        (double Signal, double Noise)[] sums = new (double, double)[count];
        using ModelRunner runner = new(
            probe, model.Input, model.Height, model.Width, values, options.Threads, GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[] exact = [];
        for (int i = 0; i < calibration.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            calibration.Read(i, runner.Input);
            runner.Run((value, span, _) =>
            {
                if (value % 2 == 0)
                {
                    exact = Copy(exact, span);
                }
                else
                {
                    Add(ref sums[value / 2], exact.AsSpan(0, span.Length), span);
                }
            });
            progress?.Report(new QuantizationProgress(QuantizationStage.MeasuringSqnr, i + 1, 2 * calibration.Count));
        }

        return [.. sums.Select(Decibels)];
    }

    /// <summary>Measures the output of each candidate in the quantized network, including the noise of all previous layers.</summary>
    public static double[] MeasureAccumulated(
        PreparedModel model,
        QuantizationPlan plan,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        CalibrationSet calibration,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        QdqWriter writer = new(plan, parameters, options.ReduceRange);
        string[] exact = [.. plan.Candidates.Select(l => l.Output)];
        string[] dequantized = [.. exact.Select(v => plan.IsQuantized(v) ? writer.Visible(v) : v)];
        OnnxModel quantized = writer.Write();
        (double Signal, double Noise)[] sums = new (double, double)[exact.Length];
        using ModelRunner floats = new(model.Model, model.Input, model.Height, model.Width, exact, options.Threads);
        using ModelRunner integers = new(
            quantized, model.Input, model.Height, model.Width, dequantized, options.Threads, GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[][] kept = [.. exact.Select(_ => Array.Empty<float>())];
        for (int i = 0; i < calibration.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            calibration.Read(i, floats.Input);
            floats.Input.CopyTo(integers.Input);
            floats.Run((value, span, _) => kept[value] = Copy(kept[value], span));
            integers.Run((value, span, _) => Add(ref sums[value], kept[value], span));
            int completed = calibration.Count + i + 1;
            progress?.Report(new QuantizationProgress(QuantizationStage.MeasuringSqnr, completed, 2 * calibration.Count));
        }

        return [.. sums.Select(Decibels)];
    }

    private static float[] Copy(float[] buffer, ReadOnlySpan<float> values)
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

    private static double Decibels((double Signal, double Noise) sums) => 10 * Math.Log10(sums.Signal / sums.Noise);
}
