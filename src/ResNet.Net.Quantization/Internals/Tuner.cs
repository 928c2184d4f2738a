using ResNet.Net.Onnx;
using ResNet.Net.Quantization.Internals.Graphs;

namespace ResNet.Net.Quantization.Internals;

/// <summary>Writes the quantized model, and again with the noisiest layers in float until the criterion holds.</summary>
internal static class Tuner
{
    public static TuningOutcome Run(
        QuantizationPlan all,
        IReadOnlySet<string> inFloat,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        double[]? noise,
        ModelAccuracy? floatAccuracy,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        HashSet<string> chosen = [.. inFloat];
        QuantizationPlan plan = all.With(chosen);
        OnnxModel model = QuantizedModelWriter.Write(plan, parameters, options.Format, options.ReduceRange);
        if (options.Tuning is not AccuracyTuning tuning || floatAccuracy is null || noise is null)
        {
            return new TuningOutcome(plan, model, [], null);
        }

        Queue<string> worst = new(all.Candidates.Zip(noise).OrderBy(p => p.Second).Select(p => p.First.Name).Where(n => !inFloat.Contains(n)));
        List<TuningTrial> trials = [];
        string? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ModelAccuracy accuracy = tuning.Measure(model.ToArray(), cancellationToken);
            double loss = tuning.Criterion.GetLoss(floatAccuracy, accuracy);
            trials.Add(new TuningTrial(trials.Count, last, accuracy.Top1, accuracy.Top5, loss));
            progress?.Report(new QuantizationProgress(QuantizationStage.Tuning, trials.Count, 0, last is null ? "all layers quantized" : $"{last} in float"));
            if (loss <= tuning.Criterion.Limit)
            {
                return new TuningOutcome(plan, model, trials, true);
            }

            if (trials.Count > tuning.MaxFloatLayers || !worst.TryDequeue(out last))
            {
                return new TuningOutcome(plan, model, trials, false);
            }

            chosen.Add(last);
            plan = all.With(chosen);
            model = QuantizedModelWriter.Write(plan, parameters, options.Format, options.ReduceRange);
        }
    }
}
