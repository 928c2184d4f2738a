using System.Numerics.Tensors;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>How many pooled features an image has: 64, 512 or 2048 for the variants.</summary>
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
    /// The pooled features of an image file: what the model knows of it before it decides on a class. Images of alike content have features in alike
    /// directions. With <see cref="CropSampling.TenCrop"/>, the mean over the crops.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length, so that the dot product of two images' features is their cosine similarity. Features that are all 0 stay so.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The file is no accepted image.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(string path, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(ImageInput.FromFile(path), features, normalize);
        return features;
    }

    /// <summary>The pooled features of an image from a stream, which is read to its end and stays open; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="image">An encoded image.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The stream holds no accepted image.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(Stream image, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(ImageInput.FromStream(image), features, normalize);
        return features;
    }

    /// <summary>The pooled features of an encoded image in memory; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="encoded">A whole image file; read during the call only.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The bytes are no accepted image.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(ReadOnlySpan<byte> encoded, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(ImageInput.FromMemory(encoded), features, normalize);
        return features;
    }

    /// <summary>The pooled features of pixels that the caller holds; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(PixelView pixels, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(pixels, features, normalize);
        return features;
    }

    /// <summary>The pooled features of pixels, into memory of the caller's; allocates nothing. See <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="features">Receives the features; at least <see cref="FeatureCount"/> long.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="features"/> is too short, or <paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void Embed(PixelView pixels, Span<float> features, bool normalize = false)
    {
        if (features.Length < FeatureCount)
        {
            throw new ArgumentException($"There are {FeatureCount} features, but the span has {features.Length} places.", nameof(features));
        }

        Embed(ImageInput.FromPixels(pixels), features, normalize);
    }

    /// <summary>The pooled features of image files, decoding on all cores and running the model on <see cref="BatchSize"/> images at a time; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns>An outcome an image, in the order given. An image that fails does not cost the others their result.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<string> paths, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return EmbedBatch(paths.Count, normalize, FromFiles(paths));
    }

    /// <summary>The pooled features of encoded images in memory; see <see cref="EmbedBatch(IReadOnlyList{string}, bool)"/>.</summary>
    /// <param name="encoded">Whole image files; read during the call only.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns>An outcome an image, in the order given. An image that fails does not cost the others their result.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<ReadOnlyMemory<byte>> encoded, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return EmbedBatch(encoded.Count, normalize, FromMemory(encoded));
    }

    private EmbeddingOutcome[] EmbedBatch(int count, bool normalize, Prepare prepare)
    {
        Require(ModelOutputs.Features);
        EmbeddingOutcome[] outcomes = new EmbeddingOutcome[count];
        Exception?[] errors = RunBatches(Operation.Embed, count, ModelOutputs.Features, prepare, (image, slot, place, _) =>
        {
            float[] features = new float[FeatureCount];
            ReadFeatures(slot, place, normalize, features);
            outcomes[image] = new EmbeddingOutcome(features);
        });
        FillFailures(outcomes, errors, error => new EmbeddingOutcome(error));
        return outcomes;
    }

    private void Embed(scoped ImageInput image, Span<float> features, bool normalize)
        => RunOne(Operation.Embed, ModelOutputs.Features, image, normalize ? ReadNormalizedFeatures : ReadRawFeatures, features);

    private void ReadFeatures(InferenceSlot slot, int image, bool normalize, Span<float> destination)
    {
        Span<float> features = ScoreMath.AverageCrops(slot.Features(image), _layout.Features!.Length);
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
