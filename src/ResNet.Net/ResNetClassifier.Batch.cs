using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <param name="index">The picture, of those that the caller gave.</param>
    /// <param name="probabilities">One a class; valid during the call.</param>
    /// <param name="timings">What it took.</param>
    private delegate void Finish(int index, ReadOnlySpan<float> probabilities, StageTimings timings);

    /// <summary>Classifies picture files, decoding on all cores and running the model on <see cref="BatchSize"/> pictures at a time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<string> paths, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return ClassifyBatch(paths.Count, topK, (index, slot, place, scratch) =>
        {
            long start = Ticks();
            using EncodedFile file = EncodedFile.Read(paths[index], _decoding.MaxBytes);
            return Prepare(file.Span, paths[index], slot.Input(place), scratch, start);
        });
    }

    /// <summary>Classifies encoded pictures in memory, decoding on all cores and running the model on <see cref="BatchSize"/> pictures at a time.</summary>
    /// <param name="encoded">Whole picture files; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return ClassifyBatch(encoded.Count, topK, (index, slot, place, scratch) => Prepare(encoded[index].Span, null, slot.Input(place), scratch, Ticks()));
    }

    /// <summary>
    /// The probabilities of every class for encoded pictures in memory, in the order of the classes: what measures need that look beyond the most probable
    /// ones. Decodes on all cores and runs the model on <see cref="BatchSize"/> pictures at a time; calls from two threads overlap the one with the other.
    /// </summary>
    /// <param name="encoded">Whole picture files; read during the call only.</param>
    /// <param name="probabilities">Receives <c>[encoded.Count, Labels.Count]</c>, row after row; the rows of pictures that fail are left as they are. May be longer.</param>
    /// <returns>A place a picture, in the order given: null, or why it failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="probabilities"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<Exception?> Probabilities(IReadOnlyList<ReadOnlyMemory<byte>> encoded, Memory<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        if (probabilities.Length < (long)encoded.Count * Labels.Count)
        {
            throw new ArgumentException($"{encoded.Count} pictures of {Labels.Count} classes need {(long)encoded.Count * Labels.Count} places, but the memory has {probabilities.Length}.", nameof(probabilities));
        }

        return RunBatches(
            encoded.Count,
            (index, slot, place, scratch) => Prepare(encoded[index].Span, null, slot.Input(place), scratch, Ticks()),
            (index, row, _) => row.CopyTo(probabilities.Span.Slice(index * Labels.Count, Labels.Count)));
    }

    private StageTimings Prepare(ReadOnlySpan<byte> encoded, string? source, Span<float> input, PreprocessingScratch scratch, long start)
    {
        using DecodedImage image = Decode(encoded, source);
        long decoded = Ticks();
        _preprocessor.Run(image.View, input, scratch);
        return new StageTimings(Stopwatch.GetElapsedTime(start, decoded), Stopwatch.GetElapsedTime(decoded), default);
    }

    private ClassificationOutcome[] ClassifyBatch(int count, int topK, Func<int, InferenceSlot, int, PreprocessingScratch, StageTimings> prepare)
    {
        topK = Limit(topK);
        ClassificationOutcome[] outcomes = new ClassificationOutcome[count];
        Exception?[] errors = RunBatches(count, prepare, (index, probabilities, timings) =>
        {
            Prediction[] predictions = new Prediction[topK];
            FillPredictions(probabilities, predictions);
            outcomes[index] = new ClassificationOutcome(new Classification(predictions, timings));
        });
        for (int i = 0; i < count; i++)
        {
            if (errors[i] is Exception error)
            {
                outcomes[i] = new ClassificationOutcome(error);
            }
        }

        return outcomes;
    }

    /// <summary>Runs pictures in batches, in order; those that fail have their error in the result, the others go to <paramref name="finish"/>.</summary>
    private Exception?[] RunBatches(int count, Func<int, InferenceSlot, int, PreprocessingScratch, StageTimings> prepare, Finish finish)
    {
        ThrowIfDisposed();
        Exception?[] errors = new Exception?[count];
        InferenceSlot slot = _batches.Rent();
        try
        {
            for (int first = 0; first < count; first += slot.Capacity)
            {
                RunBatch(slot, errors.AsMemory(first, Math.Min(slot.Capacity, count - first)), first, prepare, finish);
            }
        }
        finally
        {
            _batches.Return(slot);
        }

        return errors;
    }

    private void RunBatch(InferenceSlot slot, Memory<Exception?> errors, int first, Func<int, InferenceSlot, int, PreprocessingScratch, StageTimings> prepare, Finish finish)
    {
        int count = errors.Length;
        StageTimings[] timings = new StageTimings[count];
        try
        {
            // Pictures differ in cost: each goes to whichever core is free, with scratch memory of its own.
            Parallel.For(0, count, () => slot.RentScratch(), (i, _, scratch) =>
            {
                try
                {
                    timings[i] = prepare(first + i, slot, i, scratch);
                }
                catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
                {
                    // Its place keeps some older picture: it runs along, and its scores are not read.
                    errors.Span[i] = exception;
                }

                return scratch;
            }, slot.ReturnScratch);
        }
        catch (AggregateException aggregate)
        {
            ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
        }

        if (errors.Span.IndexOf((Exception?)null) < 0)
        {
            return;
        }

        long start = Ticks();
        slot.Run(count);
        TimeSpan inference = Stopwatch.GetElapsedTime(start) / count;
        for (int i = 0; i < count; i++)
        {
            if (errors.Span[i] is null)
            {
                finish(first + i, ToProbabilities(slot, i), timings[i] with { Inference = inference });
            }
        }
    }
}
