namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Reads an image file asynchronously, then classifies it on a thread of the pool: the caller's thread stays free.</summary>
    /// <param name="path">The file.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference; a step that has started is finished.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The file is no accepted image.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Task<Classification> ClassifyAsync(string path, int topK = DefaultTopK, CancellationToken cancellationToken = default)
        => ClassifyAsync(() => EncodedFile.ReadAsync(path, _decoding.MaxBytes, cancellationToken), path, topK, cancellationToken);

    /// <summary>Reads an image from a stream asynchronously, then classifies it on a thread of the pool. The stream stays open.</summary>
    /// <param name="image">An encoded image; read to its end.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference; a step that has started is finished.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The stream holds no accepted image.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Task<Classification> ClassifyAsync(Stream image, int topK = DefaultTopK, CancellationToken cancellationToken = default)
        => ClassifyAsync(() => EncodedFile.ReadAsync(image, _decoding.MaxBytes, null, cancellationToken), null, topK, cancellationToken);

    private async Task<Classification> ClassifyAsync(Func<Task<EncodedFile>> read, string? path, int topK, CancellationToken cancellationToken)
    {
        topK = Limit(topK);
        ThrowIfDisposed();
        long start = Ticks();
        TrackedCall call = _telemetry.Begin(Operation.Classify);
        try
        {
            using EncodedFile file = await read().ConfigureAwait(false);
            Classification classification = await Task.Run(() => ClassifyRead(file, path, topK, start), cancellationToken).ConfigureAwait(false);
            call.Answered(classification.Timings);
            call.End();
            return classification;
        }
        catch (Exception exception)
        {
            Fail(call, Operation.Classify, exception);
            throw;
        }
    }

    private Classification ClassifyRead(EncodedFile file, string? path, int topK, long start)
    {
        Prediction[] predictions = new Prediction[topK];
        StageTimings timings = Process(ModelOutputs.None, ImageInput.FromRead(file.Span, path, start), ReadPredictions, predictions.AsSpan());
        return new Classification(predictions, timings);
    }
}
