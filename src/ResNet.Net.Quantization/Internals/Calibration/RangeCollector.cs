using ResNet.Net.Quantization.Internals.Graphs;
using ResNet.Net.Quantization.Internals.Running;

namespace ResNet.Net.Quantization.Internals.Calibration;

/// <summary>Runs the calibration pictures through the float model and chooses the range of each activation.</summary>
internal static class RangeCollector
{
    public static IReadOnlyDictionary<string, RangeObserver> Observe(
        PreparedModel model,
        IEnumerable<string> values,
        CalibrationSet pictures,
        QuantizationOptions options,
        IProgress<QuantizationProgress>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<string, RangeObserver> observers = values.ToDictionary(v => v, v => new RangeObserver(v, options));
        string[] inside = [.. observers.Keys.Where(v => v != model.Input)];
        using PictureRunner runner = new(model.Model, model.Input, model.Height, model.Width, inside, options.Threads);
        for (int i = 0; i < pictures.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pictures.Read(i, runner.Picture);
            if (observers.TryGetValue(model.Input, out RangeObserver? input))
            {
                input.Add(runner.Picture);
            }

            runner.Run((value, span, _) => observers[inside[value]].Add(span));
            progress?.Report(new QuantizationProgress(QuantizationStage.Calibrating, i + 1, pictures.Count));
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
            Parallel.For(0, all.Length, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.Threads ?? Environment.ProcessorCount }, i =>
            {
                chosen[i] = QuantizationParameters.Of(all[i].Choose(), options.ActivationType);
                progress?.Report(new QuantizationProgress(QuantizationStage.ChoosingRanges, Interlocked.Increment(ref done), all.Length));
            });
        }
        catch (AggregateException aggregate) when (aggregate.InnerExceptions[0] is QuantizationException first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        return all.Zip(chosen).ToDictionary(p => p.First.Value, p => p.Second);
    }
}
