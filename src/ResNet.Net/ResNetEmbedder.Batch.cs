namespace ResNet.Net;

public sealed partial class ResNetEmbedder
{
    /// <summary>Computes the embeddings of image files on all cores.</summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. No outcomes are returned.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _pipeline.RunBatches(_batchJob, paths.Count, i => InputImage.FromFile(paths[i]), cancellationToken);
    }

    /// <summary>
    /// Computes the embeddings of images from files, streams or memory on all cores. Streams are read one at a time, in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. No outcomes are returned, and streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<InputImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _pipeline.RunBatches(_batchJob, images.Count, i => images[i], cancellationToken);
    }

    /// <summary>
    /// Computes the embeddings of image files as <see cref="EmbedBatch(IReadOnlyList{string}, CancellationToken)"/> does, on the thread
    /// pool.
    /// </summary>
    /// <inheritdoc cref="EmbedBatch(IReadOnlyList{string}, CancellationToken)"/>
    public async Task<IReadOnlyList<EmbeddingOutcome>> EmbedBatchAsync(
        IReadOnlyList<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return await _pipeline.RunBatchesAsync(_batchJob, paths.Count, i => InputImage.FromFile(paths[i]), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Computes the embeddings of images as <see cref="EmbedBatch(IReadOnlyList{InputImage}, CancellationToken)"/> does, on the thread
    /// pool, and reads streams asynchronously.
    /// </summary>
    /// <inheritdoc cref="EmbedBatch(IReadOnlyList{InputImage}, CancellationToken)"/>
    public async Task<IReadOnlyList<EmbeddingOutcome>> EmbedBatchAsync(
        IReadOnlyList<InputImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return await _pipeline.RunBatchesAsync(_batchJob, images.Count, i => images[i], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Computes the embeddings of any number of image files in constant memory, on all cores. The paths are enumerated on the thread pool,
    /// only a few ahead of the outcomes.
    /// </summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public IAsyncEnumerable<EmbeddingOutcome> EmbedManyAsync(IEnumerable<string> paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _pipeline.RunManyAsync(_batchJob, paths.ToAsyncEnumerable(), InputImage.FromFile, cancellationToken);
    }

    /// <summary>
    /// Computes the embeddings of any number of images in constant memory, as
    /// <see cref="EmbedManyAsync(IEnumerable{string}, CancellationToken)"/> does. Streams are read asynchronously, one at a time, in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. Streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public IAsyncEnumerable<EmbeddingOutcome> EmbedManyAsync(IEnumerable<InputImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return EmbedManyAsync(images.ToAsyncEnumerable(), cancellationToken);
    }

    /// <summary>
    /// Computes the embeddings of an asynchronous sequence of images in constant memory, as
    /// <see cref="EmbedManyAsync(IEnumerable{string}, CancellationToken)"/> does. Streams are read asynchronously, one at a time, in order.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="cancellationToken">Cancels between two images. The enumeration ends when the images in progress have ended.</param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was canceled. Streams whose turn has not come are not read.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public IAsyncEnumerable<EmbeddingOutcome> EmbedManyAsync(
        IAsyncEnumerable<InputImage> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _pipeline.RunManyAsync(_batchJob, images, image => image, cancellationToken);
    }
}
