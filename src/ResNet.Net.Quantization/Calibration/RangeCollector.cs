namespace ResNet.Net.Quantization;

/// <summary>Runs the float model on the calibration images and chooses the range of each activation.</summary>
internal static class RangeCollector
{
    public static IReadOnlyDictionary<string, RangeObserver> Observe(
        PreparedModel model,
        IEnumerable<string> values,
        CalibrationSet calibration,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<string, RangeObserver> observers = values.ToDictionary(v => v, v => new RangeObserver(v, options));
        string[] inner = [.. observers.Keys.Where(v => v != model.Input)];
        using ModelRunner runner = new(model.Model, model.Input, model.Height, model.Width, inner, options.Threads);
        for (int i = 0; i < calibration.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            calibration.Read(i, runner.Input);
            if (observers.TryGetValue(model.Input, out RangeObserver? input))
            {
                input.Add(runner.Input);
            }

            runner.Run((value, span, _) => observers[inner[value]].Add(span));
            progress?.Report(new QuantizationProgress(QuantizationStage.Calibrating, i + 1, calibration.Count));
        }

        return observers;
    }

    public static IReadOnlyDictionary<string, QuantizationParameters> Choose(
        IReadOnlyDictionary<string, RangeObserver> observers,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        RangeObserver[] all = [.. observers.Values];
        QuantizationParameters[] chosen = new QuantizationParameters[all.Length];
        int done = 0;
        try
        {
            int threads = options.Threads ?? Environment.ProcessorCount;
            ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = threads };
            Parallel.For(0, all.Length, parallel, i =>
            {
                chosen[i] = QuantizationParameters.Of(all[i].Choose(), options.ActivationType);
                int completed = Interlocked.Increment(ref done);
                progress?.Report(new QuantizationProgress(QuantizationStage.ChoosingRanges, completed, all.Length));
            });
        }
        catch (AggregateException aggregate) when (aggregate.InnerExceptions[0] is QuantizationException first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return all.Zip(chosen).ToDictionary(p => p.First.Value, p => p.Second);
    }
}
