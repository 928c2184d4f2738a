using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Puts an image of a batch into a place of the slot.</summary>
    private delegate StageTimings Prepare(int image, InferenceSlot slot, int place, PreprocessingScratch scratch);

    /// <summary>Takes what the run left for an image at a place of the slot.</summary>
    private delegate void Finish(int image, InferenceSlot slot, int place, StageTimings timings);

    /// <summary>Classifies image files, decoding on all cores and running the model on <see cref="BatchSize"/> images at a time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome an image, in the order given. An image that fails does not cost the others their result.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<string> paths, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return ClassifyBatch(paths.Count, topK, FromFiles(paths));
    }

    /// <summary>Classifies encoded images in memory, decoding on all cores and running the model on <see cref="BatchSize"/> images at a time.</summary>
    /// <param name="encoded">Whole image files; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome an image, in the order given. An image that fails does not cost the others their result.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return ClassifyBatch(encoded.Count, topK, FromMemory(encoded));
    }

    /// <summary>
    /// The probabilities of every class for encoded images in memory, in the order of the classes: what measures need that look beyond the most probable
    /// ones. Decodes on all cores and runs the model on <see cref="BatchSize"/> images at a time; calls from two threads overlap the one with the other.
    /// </summary>
    /// <param name="encoded">Whole image files; read during the call only.</param>
    /// <param name="probabilities">Receives <c>[encoded.Count, Labels.Count]</c>, row after row; the rows of images that fail are left as they are. May be longer.</param>
    /// <returns>A place an image, in the order given: null, or why it failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="probabilities"/> is too short.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<Exception?> GetProbabilities(IReadOnlyList<ReadOnlyMemory<byte>> encoded, Memory<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        if (probabilities.Length < (long)encoded.Count * Labels.Count)
        {
            throw new ArgumentException($"{encoded.Count} images of {Labels.Count} classes need {(long)encoded.Count * Labels.Count} places, but the memory has {probabilities.Length}.", nameof(probabilities));
        }

        return RunBatches(Operation.Probabilities, encoded.Count, ModelOutputs.None, FromMemory(encoded), (image, slot, place, _)
            => ToProbabilities(slot, place).CopyTo(probabilities.Span.Slice(image * Labels.Count, Labels.Count)));
    }

    private Prepare FromFiles(IReadOnlyList<string> paths) => (image, slot, place, scratch) =>
    {
        long start = Ticks();
        using EncodedFile file = EncodedFile.Read(paths[image], _decoding.MaxBytes);
        return PrepareEncoded(file.Span, paths[image], slot.Input(place), scratch, start);
    };

    private Prepare FromMemory(IReadOnlyList<ReadOnlyMemory<byte>> encoded)
        => (image, slot, place, scratch) => PrepareEncoded(encoded[image].Span, null, slot.Input(place), scratch, Ticks());

    private StageTimings PrepareEncoded(ReadOnlySpan<byte> encoded, string? source, Span<float> input, PreprocessingScratch scratch, long start)
    {
        using DecodedImage image = Decode(encoded, source);
        long decoded = Ticks();
        _preprocessor.Run(image.Pixels, input, scratch);
        return new StageTimings(Stopwatch.GetElapsedTime(start, decoded), Stopwatch.GetElapsedTime(decoded), default);
    }

    private ClassificationOutcome[] ClassifyBatch(int count, int topK, Prepare prepare)
    {
        topK = Limit(topK);
        ClassificationOutcome[] outcomes = new ClassificationOutcome[count];
        Exception?[] errors = RunBatches(Operation.Classify, count, ModelOutputs.None, prepare, (image, slot, place, timings) =>
        {
            Prediction[] predictions = new Prediction[topK];
            FillPredictions(ToProbabilities(slot, place), predictions);
            outcomes[image] = new ClassificationOutcome(new Classification(predictions, timings));
        });
        FillFailures(outcomes, errors, error => new ClassificationOutcome(error));
        return outcomes;
    }

    private static void FillFailures<TOutcome>(TOutcome[] outcomes, Exception?[] errors, Func<Exception, TOutcome> fail)
    {
        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i] is Exception error)
            {
                outcomes[i] = fail(error);
            }
        }
    }

    /// <summary>Runs images in batches, in order; those that fail have their error in the result, the others go to <paramref name="finish"/>.</summary>
    private Exception?[] RunBatches(Operation operation, int count, ModelOutputs outputs, Prepare prepare, Finish finish)
    {
        ThrowIfDisposed();
        Exception?[] errors = new Exception?[count];
        TrackedCall call = _telemetry.Begin(operation, count, isBatch: true);
        int reported = 0;
        try
        {
            InferenceSlot slot = _batches.Rent();
            try
            {
                while (reported < count)
                {
                    Memory<Exception?> batch = errors.AsMemory(reported, Math.Min(slot.Capacity, count - reported));
                    StageTimings[] timings = RunBatch(slot, call, outputs, batch, reported, prepare, finish);
                    Report(call, operation, batch.Span, timings);
                    reported += batch.Length;
                }
            }
            finally
            {
                _batches.Return(slot);
            }

            call.End(failed: errors.Count(e => e is not null));
            return errors;
        }
        catch (Exception exception)
        {
            Fail(call, operation, exception, count - reported);
            throw;
        }
    }

    private void Report(TrackedCall call, Operation operation, ReadOnlySpan<Exception?> errors, StageTimings[] timings)
    {
        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i] is Exception error)
            {
                call.Failed(error);
                Log(operation, error, 1);
            }
            else
            {
                call.Answered(timings[i]);
            }
        }
    }

    private static StageTimings[] RunBatch(InferenceSlot slot, TrackedCall call, ModelOutputs outputs, Memory<Exception?> errors, int first, Prepare prepare, Finish finish)
    {
        int count = errors.Length;
        StageTimings[] timings = new StageTimings[count];
        try
        {
            // Images differ in cost: each goes to whichever core is free, with scratch memory of its own.
            Parallel.For(0, count, () => slot.RentScratch(), (i, _, scratch) =>
            {
                try
                {
                    timings[i] = prepare(first + i, slot, i, scratch);
                }
                catch (Exception exception) when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
                {
                    // Its place keeps some older image: it runs along, and its scores are not read.
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
            return timings;
        }

        long start = Ticks();
        slot.Run(count, outputs);
        call.Ran(count);
        TimeSpan inference = Stopwatch.GetElapsedTime(start) / count;
        for (int i = 0; i < count; i++)
        {
            if (errors.Span[i] is null)
            {
                timings[i] = timings[i] with { Inference = inference };
                finish(first + i, slot, i, timings[i]);
            }
        }

        return timings;
    }
}
