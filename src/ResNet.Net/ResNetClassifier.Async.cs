namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Reads an image file asynchronously, then classifies it on a thread of the thread pool.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference. A stage that has started completes.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Task<Classification> ClassifyAsync(string path, int topK = DefaultTopK, CancellationToken cancellationToken = default)
        => ClassifyAsync(maxBytes => EncodedFile.ReadAsync(path, maxBytes, cancellationToken), path, topK, cancellationToken);

    /// <summary>
    /// Reads an image from a stream asynchronously, then classifies it on a thread of the thread pool. The stream is read to its end and
    /// stays open.
    /// </summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference. A stage that has started completes.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Task<Classification> ClassifyAsync(Stream image, int topK = DefaultTopK, CancellationToken cancellationToken = default)
        => ClassifyAsync(maxBytes => EncodedFile.ReadAsync(image, maxBytes, null, cancellationToken), null, topK, cancellationToken);

    private async Task<Classification> ClassifyAsync(
        Func<int, Task<EncodedFile>> readFile, string? path, int topK, CancellationToken cancellationToken)
    {
        Prediction[] predictions = new Prediction[Limit(topK)];
        StageTimings timings = await _pipeline.RunAsync(
            Operation.Classify,
            readFile,
            path,
            (slot, pixels, stages, target) => _readPredictions(slot, pixels, stages, target),
            predictions,
            cancellationToken).ConfigureAwait(false);
        return new Classification(predictions, timings);
    }
}
