using System.Diagnostics;
using ResNet.Net.Evaluation.Internals.Journal;

namespace ResNet.Net.Evaluation.Internals;

/// <summary>One pass over a data set. Batches are always the same pictures, also after an interruption, so that the model's arithmetic is.</summary>
internal sealed class EvaluationRun(ResNetClassifier classifier, ImageDataset dataset, EvaluationOptions options, IProgress<EvaluationProgress>? progress)
{
    // How far the same picture may lie from the journal's on another machine.
    private const double Tolerance = 0.02;

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<LabeledImage> _images = dataset.Images;
    private readonly EvaluatedImage?[] _results = new EvaluatedImage?[dataset.Images.Count];
    private readonly int _batchSize = classifier.BatchSize;
    private EvaluationJournal? _journal;
    private long _start;
    private int _done;
    private int _failed;
    private int _right;
    private int _resumed;

    public async Task<EvaluationReport> RunAsync(CancellationToken cancellationToken)
    {
        using EvaluationJournal? journal = options.JournalPath is null ? null : EvaluationJournal.Open(options.JournalPath, JournalHeader.Of(classifier, dataset));
        _journal = journal;
        _start = Stopwatch.GetTimestamp();
        if (journal is not null)
        {
            await ResumeAsync(journal, cancellationToken).ConfigureAwait(false);
        }

        Queue<int> batches = new(Enumerable.Range(0, (_images.Count + _batchSize - 1) / _batchSize).Where(HasWork));
        await RunBatchesAsync(batches, cancellationToken).ConfigureAwait(false);
        return new EvaluationReport(classifier, dataset, _results!, options.CalibrationBins, Stopwatch.GetElapsedTime(_start), _resumed);
    }

    private bool HasWork(int batch) => _results.AsSpan(Range(batch)).Contains(null);

    private Range Range(int batch) => (batch * _batchSize)..Math.Min((batch + 1) * _batchSize, _images.Count);

    /// <summary>Takes over what the journal holds, once one of its batches has come out the same again: a name does not tell which weights a model has.</summary>
    private async Task ResumeAsync(EvaluationJournal journal, CancellationToken cancellationToken)
    {
        EvaluatedImage?[] known = journal.Results(_images);
        int first = Array.FindIndex(known, r => r is not null);
        if (first < 0)
        {
            return;
        }

        int batch = first / _batchSize;
        EvaluatedImage[] again = await Task.Run(() => Evaluate(batch, new Buffers(_batchSize, dataset.Labels.Count)), cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < again.Length; i++)
        {
            if (known[(batch * _batchSize) + i] is EvaluatedImage before && !IsSame(before, again[i]))
            {
                throw new EvaluationException(
                    $"The journal '{journal.Path}' does not continue: '{before.Name}' was class {before.PredictedClass} with loss {before.Loss:G6} when it was written, and is "
                    + (again[i].Succeeded ? $"class {again[i].PredictedClass} with loss {again[i].Loss:G6} now" : $"not readable now ({again[i].Error})")
                    + ". The model's weights, its preprocessing or the pictures have changed: delete the journal, or name another.");
            }
        }

        known.CopyTo(_results, 0);
        _resumed = known.Count(r => r is not null);
        _done = _resumed;
        _right = known.Count(r => r is { IsRight: true });

        // The rest of the batch that was run anyway.
        Keep(batch, again);
    }

    private static bool IsSame(EvaluatedImage before, EvaluatedImage now)
        => now.Succeeded && Math.Abs(before.Confidence - now.Confidence) <= Tolerance && Math.Abs(before.Loss - now.Loss) <= Tolerance * (1 + before.Loss);

    private async Task RunBatchesAsync(Queue<int> batches, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        int workers = Math.Min(options.ConcurrentBatches, batches.Count);
        Task[] tasks = [.. Enumerable.Range(0, workers).Select(_ => Task.Run(() => Work(batches, stop), CancellationToken.None))];
        await Task.WhenAll(tasks).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Takes batches until there are none. Several do this at once: one decodes while another's batch is in the model.</summary>
    private void Work(Queue<int> batches, CancellationTokenSource stop)
    {
        try
        {
            Buffers buffers = new(_batchSize, dataset.Labels.Count);
            while (!stop.IsCancellationRequested && TryTake(batches, out int batch))
            {
                Keep(batch, Evaluate(batch, buffers));
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

        // A picture without bytes fails to decode, and keeps its place: the others' batch is the same with and without it.
        IReadOnlyList<Exception?> failures = classifier.GetProbabilities(new ArraySegment<ReadOnlyMemory<byte>>(buffers.Encoded, 0, count), buffers.Probabilities);
        EvaluatedImage[] results = new EvaluatedImage[count];
        for (int i = 0; i < count; i++)
        {
            LabeledImage image = _images[start + i];
            string? error = errors[i] ?? Describe(failures[i]);
            if (error is not null && options.StopAtFailure)
            {
                throw new EvaluationException($"'{image.Name}' of '{dataset.Name}' cannot be classified, and EvaluationOptions.StopAtFailure is set: {error}", failures[i]);
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

    private void Keep(int batch, EvaluatedImage[] results)
    {
        lock (_gate)
        {
            int start = batch * _batchSize;
            List<EvaluatedImage> added = [];
            for (int i = 0; i < results.Length; i++)
            {
                // What the journal had stays: the report is that of the first time.
                if (_results[start + i] is null)
                {
                    _results[start + i] = results[i];
                    added.Add(results[i]);
                }
            }

            _journal?.Append(added);
            _done += added.Count;
            _failed += added.Count(r => !r.Succeeded);
            _right += added.Count(r => r.IsRight);
            progress?.Report(new EvaluationProgress
            {
                Done = _done,
                Total = _images.Count,
                Failed = _failed,
                Resumed = _resumed,
                Right = _right,
                Elapsed = Stopwatch.GetElapsedTime(_start),
            });
        }
    }

    /// <summary>What a worker needs for a batch, again and again.</summary>
    private sealed class Buffers(int batchSize, int classes)
    {
        public ReadOnlyMemory<byte>[] Encoded { get; } = new ReadOnlyMemory<byte>[batchSize];

        public float[] Probabilities { get; } = new float[checked(batchSize * classes)];

        public ReadOnlySpan<float> Row(int picture) => Probabilities.AsSpan(picture * classes, classes);
    }
}
