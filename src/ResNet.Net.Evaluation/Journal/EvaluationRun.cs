using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ResNet.Net.Evaluation;

/// <summary>Runs a model over a dataset, in order.</summary>
internal sealed class EvaluationRun(
    ResNetClassifier classifier, ImageDataset dataset, EvaluationOptions options, IProgress<EvaluationProgress>? progress)
{
    // The largest accepted difference between the journal's result and a repetition, possibly on another machine.
    private const double Tolerance = 0.02;

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

        // Whole batches, also where the journal has results: a model that runs batches may round differently in other ones.
        IEnumerable<int[]> batches = Enumerable.Range(0, _images.Count).Chunk(_batchSize);
        int[] pending = [.. batches.Where(b => b.Any(i => _results[i] is null)).SelectMany(b => b)];
        await foreach ((int index, EvaluatedImage result) in EvaluateAsync(pending, cancellationToken).ConfigureAwait(false))
        {
            Add(index, result);
        }

        TimeSpan duration = Stopwatch.GetElapsedTime(_start);
        return new EvaluationReport(classifier, dataset, _results!, options.CalibrationBins, duration, _resumed);
    }

    /// <summary>
    /// Restores the journal's results after it has repeated one batch with equal results: the header covers neither the content of the
    /// images nor weights in other files than the model.
    /// </summary>
    private async Task ResumeAsync(EvaluationJournal journal, CancellationToken cancellationToken)
    {
        EvaluatedImage?[] known = journal.Results(_images);
        int first = Array.FindIndex(known, r => r is not null);
        if (first < 0)
        {
            return;
        }

        int start = first - (first % _batchSize);
        int[] batch = [.. Enumerable.Range(start, Math.Min(_batchSize, known.Length - start))];
        List<(int Index, EvaluatedImage Result)> repeated
            = await EvaluateAsync(batch, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach ((int index, EvaluatedImage result) in repeated)
        {
            if (known[index] is EvaluatedImage before && !IsSame(before, result))
            {
                string now = result.Succeeded
                    ? $"gives class {result.PredictedClass} with loss {result.Loss:G6} now"
                    : $"cannot be read now ({result.Error})";
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
        foreach ((int index, EvaluatedImage result) in repeated)
        {
            Add(index, result);
        }
    }

    private static bool IsSame(EvaluatedImage before, EvaluatedImage now)
        => now.Succeeded
            && Math.Abs(before.Confidence - now.Confidence) <= Tolerance
            && Math.Abs(before.Loss - now.Loss) <= Tolerance * (1 + before.Loss);

    /// <summary>Evaluates images of the dataset, in the given order.</summary>
    /// <exception cref="EvaluationException">An image failed and <see cref="EvaluationOptions.StopOnFailure"/> is set.</exception>
    private async IAsyncEnumerable<(int Index, EvaluatedImage Result)> EvaluateAsync(
        int[] indices, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IEnumerable<InputImage> inputs = indices.Select(i => _images[i].ToInput());
        int evaluated = 0;
        await foreach (ClassificationOutcome outcome
            in classifier.ClassifyManyAsync(inputs, classifier.Labels.Count, cancellationToken).ConfigureAwait(false))
        {
            int index = indices[evaluated++];
            yield return (index, ResultOf(_images[index], outcome));
        }
    }

    private EvaluatedImage ResultOf(LabeledImage image, ClassificationOutcome outcome)
    {
        if (outcome.Succeeded)
        {
            return EvaluatedImage.Of(image, outcome.Value.Predictions);
        }

        if (outcome.Error is not (ImageDecodeException or IOException or UnauthorizedAccessException))
        {
            ExceptionDispatchInfo.Throw(outcome.Error);
        }

        string error = outcome.Error is ImageDecodeException decode ? decode.Reason : outcome.Error.Message;
        return options.StopOnFailure
            ? throw new EvaluationException(
                $"The image '{image.Name}' of '{dataset.Name}' cannot be classified: {error} "
                + "Remove it, or clear EvaluationOptions.StopOnFailure.",
                outcome.Error)
            : EvaluatedImage.Failure(image, error);
    }

    private void Add(int index, EvaluatedImage result)
    {
        // The journal's results take precedence.
        if (_results[index] is not null)
        {
            return;
        }

        _results[index] = result;
        _completed++;
        if (result.Succeeded)
        {
            _journal?.Append(result);
            _correct += result.IsCorrect ? 1 : 0;
        }
        else
        {
            _failed++;
        }

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
