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
