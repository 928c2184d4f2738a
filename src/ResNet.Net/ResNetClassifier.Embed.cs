using System.Numerics.Tensors;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Gets the number of pooled features of an image: 64, 512 or 2048 for the variants.</summary>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    public int FeatureCount
    {
        get
        {
            Require(ModelOutputs.Features);
            return _layout.Features!.Length;
        }
    }

    /// <summary>
    /// Computes the embedding of an image file: the pooled features that the model's last layer classifies. Similar images have embeddings
    /// that point in similar directions. With <see cref="CropSampling.TenCrop"/>, the mean over the crops.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(string path, bool normalize = false) => Embed(ImageInput.FromFile(path), normalize);

    /// <summary>Computes the embedding of an image from a stream. The stream is read to its end and stays open.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(Stream image, bool normalize = false) => Embed(ImageInput.FromStream(image), normalize);

    /// <summary>Computes the embedding of an encoded image in memory.</summary>
    /// <param name="encoded">The contents of an image file; read during the call only.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The bytes are not a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(ReadOnlySpan<byte> encoded, bool normalize = false) => Embed(ImageInput.FromMemory(encoded), normalize);

    /// <summary>Computes the embedding of pixels in memory. No decoder runs.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(PixelView pixels, bool normalize = false) => Embed(ImageInput.FromPixels(pixels), normalize);

    /// <summary>Computes the embedding of pixels in memory and writes it to the caller's memory. Allocates nothing.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="features">Receives the features; at least <see cref="FeatureCount"/> long.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="features"/> is too short, or <paramref name="pixels"/> is <c>default</c>.
    /// </exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void Embed(PixelView pixels, Span<float> features, bool normalize = false)
    {
        if (features.Length < FeatureCount)
        {
            throw new ArgumentException(
                $"An embedding has {FeatureCount} values, but the span has room for {features.Length}.", nameof(features));
        }

        Embed(ImageInput.FromPixels(pixels), features, normalize);
    }

    /// <summary>
    /// Computes the embeddings of image files: decodes on all cores and runs the model on <see cref="BatchSize"/> images at a time.
    /// </summary>
    /// <param name="paths">The paths of the files.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<string> paths, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return EmbedBatch(paths.Count, i => ImageInput.FromFile(paths[i]), normalize);
    }

    /// <summary>
    /// Computes the embeddings of encoded images in memory: decodes on all cores and runs the model on <see cref="BatchSize"/> images at a
    /// time.
    /// </summary>
    /// <param name="encoded">The contents of image files; read during the call only.</param>
    /// <param name="normalize">
    /// Whether to divide the features by their Euclidean length, so that the dot product of two embeddings is their cosine similarity. An
    /// all-zero embedding stays zero.
    /// </param>
    /// <returns>One outcome per image, in the order of the input. An image that fails doesn't fail the others.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not finite.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return EmbedBatch(encoded.Count, i => ImageInput.FromMemory(encoded[i].Span), normalize);
    }

    private EmbeddingOutcome[] EmbedBatch(int count, ImagePipeline.InputSource source, bool normalize)
    {
        Require(ModelOutputs.Features);
        return _pipeline.RunBatches(
            Operation.Embed,
            ModelOutputs.Features,
            count,
            source,
            (_, slot, position, _) =>
            {
                float[] features = new float[FeatureCount];
                ReadFeatures(slot, position, normalize, features);
                return new EmbeddingOutcome(features);
            },
            error => new EmbeddingOutcome(error));
    }

    private float[] Embed(scoped ImageInput image, bool normalize)
    {
        float[] features = new float[FeatureCount];
        Embed(image, features, normalize);
        return features;
    }

    private void Embed(scoped ImageInput image, Span<float> features, bool normalize)
        => _pipeline.Run(Operation.Embed, ModelOutputs.Features, image, normalize ? _readNormalizedFeatures : _readFeatures, features);

    private void ReadFeatures(InferenceSlot slot, int position, bool normalize, Span<float> destination)
    {
        Span<float> features = ScoreMath.AverageCrops(slot.Features(position), _layout.Features!.Length);
        foreach (float feature in features)
        {
            ThrowUnlessFinite(feature, "feature");
        }

        if (normalize && TensorPrimitives.Norm(features) is > 0 and var length)
        {
            TensorPrimitives.Divide(features, length, destination);
        }
        else
        {
            features.CopyTo(destination);
        }
    }
}
