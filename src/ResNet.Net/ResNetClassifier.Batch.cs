namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Classifies image files: decodes on all cores and runs the model on <see cref="BatchSize"/> images at a time.</summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<string> paths, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return ClassifyBatch(paths.Count, i => ImageInput.FromFile(paths[i]), topK);
    }

    /// <summary>
    /// Classifies encoded images in memory: decodes on all cores and runs the model on <see cref="BatchSize"/> images at a time.
    /// </summary>
    /// <param name="encoded">The contents of image files; read during the call only.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, int topK = DefaultTopK)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return ClassifyBatch(encoded.Count, i => ImageInput.FromMemory(encoded[i].Span), topK);
    }

    /// <summary>
    /// Gets the probabilities of every class for encoded images in memory, in class order. Decodes on all cores and runs the model on
    /// <see cref="BatchSize"/> images at a time. Concurrent calls overlap: one decodes while another runs the model.
    /// </summary>
    /// <param name="encoded">The contents of image files; read during the call only.</param>
    /// <param name="probabilities">
    /// Receives <c>[encoded.Count, Labels.Count]</c> values in row-major order. Rows of images that fail stay unchanged. May be longer.
    /// </param>
    /// <returns>One entry per image, in the order of the input: <see langword="null"/>, or the reason why the image failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="probabilities"/> is too short.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<Exception?> GetProbabilities(IReadOnlyList<ReadOnlyMemory<byte>> encoded, Memory<float> probabilities)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        if (probabilities.Length < (long)encoded.Count * Labels.Count)
        {
            throw new ArgumentException(
                $"{encoded.Count} images of {Labels.Count} classes need room for {(long)encoded.Count * Labels.Count} values, "
                + $"but the memory has room for {probabilities.Length}.",
                nameof(probabilities));
        }

        return _pipeline.RunBatches<Exception?>(
            Operation.Probabilities,
            ModelOutputs.None,
            encoded.Count,
            i => ImageInput.FromMemory(encoded[i].Span),
            (index, slot, position, _) =>
            {
                ToProbabilities(slot, position).CopyTo(probabilities.Span.Slice(index * Labels.Count, Labels.Count));
                return null;
            },
            error => error);
    }

    private ClassificationOutcome[] ClassifyBatch(int count, ImagePipeline.InputSource source, int topK)
    {
        _ = Limit(topK);
        return _pipeline.RunBatches(
            Operation.Classify,
            ModelOutputs.None,
            count,
            source,
            (_, slot, position, timings) =>
            {
                Prediction[] predictions = NewPredictions(topK);
                FillPredictions(ToProbabilities(slot, position), predictions);
                return new ClassificationOutcome(Result(predictions, topK, timings));
            },
            error => new ClassificationOutcome(error));
    }
}
