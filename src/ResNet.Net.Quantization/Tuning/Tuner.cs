using ResNet.Net.Onnx;

namespace ResNet.Net.Quantization;

/// <summary>Writes the quantized model, and reverts the noisiest layers to float until the criterion is met.</summary>
internal static class Tuner
{
    public static TuningOutcome Run(
        QuantizationPlan all,
        IReadOnlySet<string> inFloat,
        IReadOnlyDictionary<string, QuantizationParameters> parameters,
        double[]? sqnr,
        ModelAccuracy? floatAccuracy,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        HashSet<string> chosen = [.. inFloat];
        QuantizationPlan plan = all.With(chosen);
        OnnxModel model = QuantizedModelWriter.Write(plan, parameters, options.Format, options.ReduceRange);
        if (options.Tuning is not AccuracyTuning tuning || floatAccuracy is null || sqnr is null)
        {
            return new TuningOutcome(plan, model, [], null);
        }

        Queue<string> worst = new(
            all.Candidates.Zip(sqnr).OrderBy(p => p.Second).Select(p => p.First.Name).Where(n => !inFloat.Contains(n)));
        List<TuningTrial> trials = [];
        string? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ModelAccuracy accuracy = tuning.Measure(model.ToArray(), cancellationToken);
            double loss = tuning.Criterion.GetLoss(floatAccuracy, accuracy);
            trials.Add(new TuningTrial(trials.Count, last, accuracy.Top1, accuracy.Top5, loss));
            string detail = last is null ? "all layers quantized" : $"{last} in float";
            progress?.Report(new QuantizationProgress(QuantizationStage.Tuning, trials.Count, 0, detail));
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

/// <summary>Represents the model that tuning ended with.</summary>
internal sealed record TuningOutcome(QuantizationPlan Plan, OnnxModel Model, IReadOnlyList<TuningTrial> Trials, bool? MeetsCriterion);
