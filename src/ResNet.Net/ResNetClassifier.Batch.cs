using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Preprocessing;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
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
        ThrowIfDisposed();
        ClassificationOutcome?[] outcomes = new ClassificationOutcome?[count];
        InferenceSlot slot = _batches.Rent();
        try
        {
            for (int first = 0; first < count; first += slot.Capacity)
            {
                ClassifyChunk(slot, outcomes.AsMemory(first, Math.Min(slot.Capacity, count - first)), first, topK, prepare);
            }
        }
        finally
        {
            _batches.Return(slot);
        }

        return outcomes!;
    }

    private void ClassifyChunk(InferenceSlot slot, Memory<ClassificationOutcome?> outcomes, int first, int topK, Func<int, InferenceSlot, int, PreprocessingScratch, StageTimings> prepare)
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
                    outcomes.Span[i] = new ClassificationOutcome(exception);
                }

                return scratch;
            }, slot.ReturnScratch);
        }
        catch (AggregateException aggregate)
        {
            ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
        }

        if (outcomes.Span.IndexOf((ClassificationOutcome?)null) < 0)
        {
            return;
        }

        long start = Ticks();
        slot.Run(count);
        TimeSpan inference = Stopwatch.GetElapsedTime(start) / count;
        for (int i = 0; i < count; i++)
        {
            if (outcomes.Span[i] is null)
            {
                Prediction[] predictions = new Prediction[topK];
                FillPredictions(ToProbabilities(slot, i), predictions);
                outcomes.Span[i] = new ClassificationOutcome(new Classification(predictions, timings[i] with { Inference = inference }));
            }
        }
    }
}
