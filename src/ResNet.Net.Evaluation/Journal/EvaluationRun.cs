using System.Diagnostics;

namespace ResNet.Net.Evaluation;

/// <summary>Runs a model over a dataset.</summary>
/// <remarks>Batches always hold the same images, also after an interruption, so that results are bit-identical.</remarks>
internal sealed class EvaluationRun(
    ResNetClassifier classifier, ImageDataset dataset, EvaluationOptions options, IProgress<EvaluationProgress>? progress)
{
    // The largest accepted difference between the journal's result and a repetition, possibly on another machine.
    private const double Tolerance = 0.02;

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<LabeledImage> _images = dataset.Images;
    private readonly EvaluatedImage?[] _results = new EvaluatedImage?[dataset.Images.Count];
    private readonly int _batchSize = classifier.BatchSize;
    private EvaluationJournal? _journal;
    private long _start;
    private int _completed;
    private int _failed;
    private int _correct;
    private int _resumed;

    public async Task<EvaluationReport> RunAsync(CancellationToken cancellationToken)
    {
        using EvaluationJournal? journal = options.JournalPath is null
            ? null
            : EvaluationJournal.Open(options.JournalPath, JournalHeader.Of(classifier, dataset));
        _journal = journal;
        _start = Stopwatch.GetTimestamp();
        if (journal is not null)
        {
            await ResumeAsync(journal, cancellationToken).ConfigureAwait(false);
        }

        Queue<int> batches = new(Enumerable.Range(0, (_images.Count + _batchSize - 1) / _batchSize).Where(HasWork));
        await RunBatchesAsync(batches, cancellationToken).ConfigureAwait(false);
        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        return new EvaluationReport(classifier, dataset, _results!, options.CalibrationBins, duration, _resumed);
    }

    private bool HasWork(int batch) => _results.AsSpan(Range(batch)).Contains(null);

    private Range Range(int batch) => (batch * _batchSize)..Math.Min((batch + 1) * _batchSize, _images.Count);

    /// <summary>
    /// Restores the journal's results after it has repeated one batch with equal results: the model's name doesn't identify its weights.
    /// </summary>
    private async Task ResumeAsync(EvaluationJournal journal, CancellationToken cancellationToken)
    {
        EvaluatedImage?[] known = journal.Results(_images);
        int first = Array.FindIndex(known, r => r is not null);
        if (first < 0)
        {
            return;
        }

        int batch = first / _batchSize;
        Buffers buffers = new(_batchSize, dataset.Labels.Count);
        EvaluatedImage[] repeated = await Task.Run(() => Evaluate(batch, buffers), cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < repeated.Length; i++)
        {
            if (known[(batch * _batchSize) + i] is EvaluatedImage before && !IsSame(before, repeated[i]))
            {
                string now = repeated[i].Succeeded
                    ? $"gives class {repeated[i].PredictedClass} with loss {repeated[i].Loss:G6} now"
                    : $"cannot be read now ({repeated[i].Error})";
                throw new EvaluationException(
                    $"The journal '{journal.Path}' cannot be resumed: it records class {before.PredictedClass} with loss "
                    + $"{before.Loss:G6} for '{before.Name}', which {now}. "
                    + "The model's weights, its preprocessing or the images have changed. Delete the journal, or use another path.");
            }
        }

        known.CopyTo(_results, 0);
        _resumed = known.Count(r => r is not null);
        _completed = _resumed;
        _correct = known.Count(r => r is { IsCorrect: true });

        // The batch may hold images that the journal doesn't.
        Add(batch, repeated);
    }

    private static bool IsSame(EvaluatedImage before, EvaluatedImage now)
        => now.Succeeded
            && Math.Abs(before.Confidence - now.Confidence) <= Tolerance
            && Math.Abs(before.Loss - now.Loss) <= Tolerance * (1 + before.Loss);

    private async Task RunBatchesAsync(Queue<int> batches, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(options.ConcurrentBatches, batches.Count);
        Task[] tasks = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(() => Work(batches, stop), CancellationToken.None))];
        await Task.WhenAll(tasks).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Several workers run concurrently: one decodes while another runs the model.
    private void Work(Queue<int> batches, CancellationTokenSource stop)
    {
        try
        {
            Buffers buffers = new(_batchSize, dataset.Labels.Count);
            while (!stop.IsCancellationRequested && TryTake(batches, out int batch))
            {
                Add(batch, Evaluate(batch, buffers));
            }
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    private bool TryTake(Queue<int> batches, out int batch)
    {
        lock (_gate)
        {
            return batches.TryDequeue(out batch);
        }
    }

    private EvaluatedImage[] Evaluate(int batch, Buffers buffers)
    {
        (int start, int count) = Range(batch).GetOffsetAndLength(_images.Count);
        string?[] errors = new string?[count];
        for (int i = 0; i < count; i++)
        {
            buffers.Encoded[i] = Read(_images[start + i], out errors[i]);
        }

        // An unreadable image is passed as empty and fails to decode, so that the positions of the others don't change.
        ArraySegment<ReadOnlyMemory<byte>> encoded = new(buffers.Encoded, 0, count);
        IReadOnlyList<Exception?> failures = classifier.GetProbabilities(encoded, buffers.Probabilities);
        EvaluatedImage[] results = new EvaluatedImage[count];
        for (int i = 0; i < count; i++)
        {
            LabeledImage image = _images[start + i];
            string? error = errors[i] ?? Describe(failures[i]);
            if (error is not null && options.StopOnFailure)
            {
                throw new EvaluationException(
                    $"The image '{image.Name}' of '{dataset.Name}' cannot be classified: {error} "
                    + "Remove it, or clear EvaluationOptions.StopOnFailure.",
                    failures[i]);
            }

            results[i] = error is null ? EvaluatedImage.Of(image, buffers.Row(i)) : EvaluatedImage.Failure(image, error);
        }

        return results;
    }

    private static ReadOnlyMemory<byte> Read(LabeledImage image, out string? error)
    {
        try
        {
            error = null;
            return image.Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error = exception.Message;
            return default;
        }
    }

    private static string? Describe(Exception? failure) => failure is ImageDecodeException decode ? decode.Reason : failure?.Message;

    private void Add(int batch, EvaluatedImage[] results)
    {
        lock (_gate)
        {
            int start = batch * _batchSize;
            List<EvaluatedImage> added = [];
            for (int i = 0; i < results.Length; i++)
            {
                // The journal's results take precedence.
                if (_results[start + i] is null)
                {
                    _results[start + i] = results[i];
                    added.Add(results[i]);
                }
            }

            _journal?.Append(added);
            _completed += added.Count;
            _failed += added.Count(r => !r.Succeeded);
            _correct += added.Count(r => r.IsCorrect);
            progress?.Report(new EvaluationProgress
            {
                Completed = _completed,
                Total = _images.Count,
                Failed = _failed,
                Resumed = _resumed,
                Correct = _correct,
                Elapsed = Stopwatch.GetElapsedTime(_start),
            });
        }
    }

    // The buffers of one worker, reused for every batch.
    private sealed class Buffers(int batchSize, int classes)
    {
        public ReadOnlyMemory<byte>[] Encoded { get; } = new ReadOnlyMemory<byte>[batchSize];

        public float[] Probabilities { get; } = new float[checked(batchSize * classes)];

        public ReadOnlySpan<float> Row(int image) => Probabilities.AsSpan(image * classes, classes);
    }
}
