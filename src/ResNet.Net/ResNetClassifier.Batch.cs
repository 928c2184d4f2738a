using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Puts a picture of a batch into a place of the slot.</summary>
    private delegate StageTimings Prepare(int picture, InferenceSlot slot, int place, PreprocessingScratch scratch);

    /// <summary>Makes a picture's outcome of what its run left at a place of the slot.</summary>
    private delegate TOutcome ReadOutcome<TOutcome>(InferenceSlot slot, int place, StageTimings timings);

    /// <summary>Classifies picture files, decoding on all cores and running the model on <see cref="BatchSize"/> pictures at a time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<string> paths, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return ClassifyBatch(paths.Count, topK, FromFiles(paths));
    }

    /// <summary>Classifies encoded pictures in memory, decoding on all cores and running the model on <see cref="BatchSize"/> pictures at a time.</summary>
    /// <param name="encoded">Whole picture files; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return ClassifyBatch(encoded.Count, topK, FromMemory(encoded));
    }

    private Prepare FromFiles(IReadOnlyList<string> paths) => (picture, slot, place, scratch) =>
    {
        long start = Ticks();
        using EncodedFile file = EncodedFile.Read(paths[picture], _decoding.MaxBytes);
        return PrepareEncoded(file.Span, paths[picture], slot.Input(place), scratch, start);
    };

    private Prepare FromMemory(IReadOnlyList<ReadOnlyMemory<byte>> encoded)
        => (picture, slot, place, scratch) => PrepareEncoded(encoded[picture].Span, null, slot.Input(place), scratch, Ticks());

    private StageTimings PrepareEncoded(ReadOnlySpan<byte> encoded, string? source, Span<float> input, PreprocessingScratch scratch, long start)
    {
        using DecodedImage image = Decode(encoded, source);
        long decoded = Ticks();
        _preprocessor.Run(image.View, input, scratch);
        return new StageTimings(Stopwatch.GetElapsedTime(start, decoded), Stopwatch.GetElapsedTime(decoded), default);
    }

    private ClassificationOutcome[] ClassifyBatch(int count, int topK, Prepare prepare)
    {
        topK = Limit(topK);
        return RunBatch(count, ModelOutputs.None, prepare, ReadClassification, error => new ClassificationOutcome(error));

        ClassificationOutcome ReadClassification(InferenceSlot slot, int place, StageTimings timings)
        {
            Prediction[] predictions = new Prediction[topK];
            FillPredictions(ToProbabilities(slot, place), predictions);
            return new ClassificationOutcome(new Classification(predictions, timings));
        }
    }

    private TOutcome[] RunBatch<TOutcome>(int count, ModelOutputs outputs, Prepare prepare, ReadOutcome<TOutcome> read, Func<Exception, TOutcome> fail)
        where TOutcome : class
    {
        ThrowIfDisposed();
        TOutcome?[] outcomes = new TOutcome?[count];
        InferenceSlot slot = _batches.Rent();
        try
        {
            for (int first = 0; first < count; first += slot.Capacity)
            {
                RunChunk(slot, outputs, outcomes.AsMemory(first, Math.Min(slot.Capacity, count - first)), first, prepare, read, fail);
            }
        }
        finally
        {
            _batches.Return(slot);
        }

        return outcomes!;
    }

    private static void RunChunk<TOutcome>(
        InferenceSlot slot, ModelOutputs outputs, Memory<TOutcome?> outcomes, int first, Prepare prepare, ReadOutcome<TOutcome> read, Func<Exception, TOutcome> fail)
        where TOutcome : class
    {
        int count = outcomes.Length;
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
                    outcomes.Span[i] = fail(exception);
                }

                return scratch;
            }, slot.ReturnScratch);
        }
        catch (AggregateException aggregate)
        {
            ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
        }

        if (outcomes.Span.IndexOf((TOutcome?)null) < 0)
        {
            return;
        }

        long start = Ticks();
        slot.Run(count, outputs);
        TimeSpan inference = Stopwatch.GetElapsedTime(start) / count;
        for (int i = 0; i < count; i++)
        {
            outcomes.Span[i] ??= read(slot, i, timings[i] with { Inference = inference });
        }
    }
}
