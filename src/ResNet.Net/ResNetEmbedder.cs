using System.Numerics.Tensors;

namespace ResNet.Net;

/// <summary>
/// Computes embeddings of images with a ResNet: the pooled features that its last layer classifies. Similar images have embeddings that
/// point in similar directions. Any classifier or network without a classification layer can be loaded; a classification layer is removed
/// and never run. Creating an embedder loads the model, so create one and reuse it.
/// Thread-safe: any number of threads can use one instance concurrently.
/// </summary>
/// <example>
/// <code>
/// using var embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
/// float similarity = TensorPrimitives.Dot&lt;float&gt;(embedder.Embed("ship.jpg"), embedder.Embed("boat.jpg"));
/// </code>
/// </example>
public sealed partial class ResNetEmbedder : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ImagePipeline _pipeline;
    private readonly ImagePipeline.OutputReader<Span<float>> _read;
    private readonly BatchJob<EmbeddingOutcome> _batchJob;

    private ResNetEmbedder(LoadedModel model, bool normalize)
    {
        _model = model;
        _pipeline = model.Pipeline;
        Normalize = normalize;

        // Created once, so that a call allocates no delegate.
        _read = (slot, _, _, embedding) => Read(slot, 0, embedding);
        _batchJob = new BatchJob<EmbeddingOutcome>(
            Operation.Embed,
            (_, slot, position, _) =>
            {
                float[] embedding = new float[Dimension];
                Read(slot, position, embedding);
                return new EmbeddingOutcome(embedding);
            },
            error => new EmbeddingOutcome(error));
    }

    /// <summary>Gets the number of values of an embedding: 64, 512 or 2048 for the variants.</summary>
    public int Dimension => _model.Layout.OutputLength;

    /// <summary>Gets whether embeddings are divided by their Euclidean length.</summary>
    public bool Normalize { get; }

    /// <summary>Gets the id of the variant, or the name of the model definition.</summary>
    public string ModelName => _model.Name;

    /// <summary>Gets the variant; <see langword="null"/> if the embedder was created from a <see cref="ModelDefinition"/>.</summary>
    public ResNetVariant? Variant => _model.Source.Variant;

    /// <summary>Gets the profile that turns images into the input <c>[N, 3, Crop.Height, Crop.Width]</c>.</summary>
    public PreprocessingProfile Profile => _model.Profile;

    /// <summary>Gets the crops of an image that the model sees. An embedding is the mean over the crops, before normalization.</summary>
    public CropSampling Crops => _model.Crops;

    /// <summary>Gets the name of the execution provider that runs the model, such as <c>CPU</c>.</summary>
    public string ExecutionProvider => _model.ExecutionProvider;

    /// <summary>Gets the largest number of images in one run of the model.</summary>
    public int BatchSize => _pipeline.BatchSize;

    /// <summary>Gets the version of ONNX Runtime that runs the model.</summary>
    public string OnnxRuntimeVersion => _model.OnnxRuntimeVersion;

    /// <summary>Computes the embedding of an image file (JPEG, PNG, WebP, GIF, BMP or ICO).</summary>
    /// <param name="path">The path of the file.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public float[] Embed(string path) => Embed(ImageInput.FromFile(path));

    /// <summary>Computes the embedding of an image from a stream. The stream is read to its end and stays open.</summary>
    /// <param name="image">The encoded image.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public float[] Embed(Stream image) => Embed(ImageInput.FromStream(image));

    /// <summary>Computes the embedding of an encoded image in memory.</summary>
    /// <param name="encoded">The contents of an image file; read during the call only.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ImageDecodeException">The bytes are not a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public float[] Embed(ReadOnlySpan<byte> encoded) => Embed(ImageInput.FromMemory(encoded));

    /// <summary>Computes the embedding of pixels in memory. No decoder runs.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public float[] Embed(PixelView pixels) => Embed(ImageInput.FromPixels(pixels));

    /// <summary>
    /// Computes the embedding of pixels in memory and writes it to the caller's memory. On the CPU, it allocates nothing, unless
    /// <see cref="ResNetModelOptions.ConfigureSession"/> is set.
    /// </summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="embedding">Receives the embedding; at least <see cref="Dimension"/> long.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="embedding"/> is too short, or <paramref name="pixels"/> is <c>default</c>.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public void Embed(PixelView pixels, Span<float> embedding)
    {
        if (embedding.Length < Dimension)
        {
            throw new ArgumentException(
                $"An embedding has {Dimension} values, but the span has room for {embedding.Length}.", nameof(embedding));
        }

        _ = _pipeline.Run(Operation.Embed, ImageInput.FromPixels(pixels), _read, embedding);
    }

    /// <summary>Reads an image file asynchronously, then computes its embedding on a thread of the thread pool.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference. A stage that has started completes.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public Task<float[]> EmbedAsync(string path, CancellationToken cancellationToken = default)
        => EmbedAsync(maxBytes => EncodedFile.ReadAsync(path, maxBytes, cancellationToken), path, cancellationToken);

    /// <summary>
    /// Reads an image from a stream asynchronously, then computes its embedding on a thread of the thread pool. The stream is read to its
    /// end and stays open.
    /// </summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="cancellationToken">Cancels between reading, decoding and inference. A stage that has started completes.</param>
    /// <returns><see cref="Dimension"/> values.</returns>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The embedder is disposed.</exception>
    public Task<float[]> EmbedAsync(Stream image, CancellationToken cancellationToken = default)
        => EmbedAsync(maxBytes => EncodedFile.ReadAsync(image, maxBytes, null, cancellationToken), null, cancellationToken);

    /// <summary>
    /// Releases the model without waiting for calls in progress. Batches in progress complete. Other calls complete, or throw
    /// <see cref="ObjectDisposedException"/> if they have not started to decode their image; later calls throw it.
    /// </summary>
    public void Dispose() => _model.Dispose();

    private float[] Embed(scoped ImageInput image)
    {
        float[] embedding = new float[Dimension];
        _ = _pipeline.Run(Operation.Embed, image, _read, embedding.AsSpan());
        return embedding;
    }

    private async Task<float[]> EmbedAsync(
        Func<int, Task<EncodedFile>> readFile, string? path, CancellationToken cancellationToken)
    {
        float[] embedding = new float[Dimension];
        _ = await _pipeline.RunAsync(
            Operation.Embed,
            readFile,
            path,
            (slot, _, _, target) => Read(slot, 0, target),
            embedding,
            cancellationToken).ConfigureAwait(false);
        return embedding;
    }

    private void Read(InferenceSlot slot, int position, Span<float> embedding)
    {
        Span<float> features = ScoreMath.AverageCrops(slot.Output(position), Dimension);
        foreach (float feature in features)
        {
            _model.ThrowUnlessFinite(feature, "feature");
        }

        if (Normalize && TensorPrimitives.Norm(features) is > 0 and var length)
        {
            TensorPrimitives.Divide(features, length, embedding);
        }
        else
        {
            features.CopyTo(embedding);
        }
    }
}
