namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Classifies image files on all cores.</summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. No outcomes are returned.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(
        IReadOnlyList<string> paths, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _pipeline.RunBatches(ClassifyJob(topK), paths.Count, i => InputImage.FromFile(paths[i]), cancellationToken);
    }

    /// <summary>
    /// Classifies images from files, streams or memory on all cores. Streams are read one at a time, in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. No outcomes are returned, and streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<ClassificationOutcome> ClassifyBatch(
        IReadOnlyList<InputImage> images, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _pipeline.RunBatches(ClassifyJob(topK), images.Count, i => images[i], cancellationToken);
    }

    /// <summary>
    /// Classifies image files as <see cref="ClassifyBatch(IReadOnlyList{string}, int, CancellationToken)"/> does, on the thread pool.
    /// </summary>
    /// <inheritdoc cref="ClassifyBatch(IReadOnlyList{string}, int, CancellationToken)"/>
    public async Task<IReadOnlyList<ClassificationOutcome>> ClassifyBatchAsync(
        IReadOnlyList<string> paths, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return await _pipeline.RunBatchesAsync(ClassifyJob(topK), paths.Count, i => InputImage.FromFile(paths[i]), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Classifies images as <see cref="ClassifyBatch(IReadOnlyList{InputImage}, int, CancellationToken)"/> does, on the thread pool, and
    /// reads streams asynchronously.
    /// </summary>
    /// <inheritdoc cref="ClassifyBatch(IReadOnlyList{InputImage}, int, CancellationToken)"/>
    public async Task<IReadOnlyList<ClassificationOutcome>> ClassifyBatchAsync(
        IReadOnlyList<InputImage> images, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return await _pipeline.RunBatchesAsync(ClassifyJob(topK), images.Count, i => images[i], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Classifies any number of image files in constant memory, on all cores. The paths are enumerated on the thread pool, only a few ahead
    /// of the outcomes.
    /// </summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IAsyncEnumerable<ClassificationOutcome> ClassifyManyAsync(
        IEnumerable<string> paths, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _pipeline.RunManyAsync(ClassifyJob(topK), paths.ToAsyncEnumerable(), InputImage.FromFile, cancellationToken);
    }

    /// <summary>
    /// Classifies any number of images in constant memory, as <see cref="ClassifyManyAsync(IEnumerable{string}, int, CancellationToken)"/>
    /// does. Streams are read asynchronously, one at a time, in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. Streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IAsyncEnumerable<ClassificationOutcome> ClassifyManyAsync(
        IEnumerable<InputImage> images, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ClassifyManyAsync(images.ToAsyncEnumerable(), topK, cancellationToken);
    }

    /// <summary>
    /// Classifies an asynchronous sequence of images in constant memory, as
    /// <see cref="ClassifyManyAsync(IEnumerable{string}, int, CancellationToken)"/> does. Streams are read asynchronously, one at a time,
    /// in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. Streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IAsyncEnumerable<ClassificationOutcome> ClassifyManyAsync(
        IAsyncEnumerable<InputImage> images, int topK = DefaultTopK, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _pipeline.RunManyAsync(ClassifyJob(topK), images, image => image, cancellationToken);
    }

    /// <summary>
    /// Gets the probabilities of every class for encoded images in memory, in class order, on all cores.
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

        BatchJob<Exception?> job = new(
            Operation.Probabilities,
            (index, slot, position, _) =>
            {
                ToProbabilities(slot, position).CopyTo(probabilities.Span.Slice(index * Labels.Count, Labels.Count));
                return null;
            },
            error => error);
        return _pipeline.RunBatches(job, encoded.Count, i => InputImage.FromEncoded(encoded[i]), CancellationToken.None);
    }

    private BatchJob<ClassificationOutcome> ClassifyJob(int topK)
    {
        _ = Limit(topK);
        return new BatchJob<ClassificationOutcome>(
            Operation.Classify,
            (_, slot, position, timings) =>
            {
                Prediction[] predictions = NewPredictions(topK);
                FillPredictions(ToProbabilities(slot, position), predictions);
                return new ClassificationOutcome(Result(predictions, topK, timings));
            },
            error => new ClassificationOutcome(error));
    }
}
