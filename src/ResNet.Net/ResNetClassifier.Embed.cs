using System.Numerics.Tensors;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Scoring;
using ResNet.Net.Internals.Telemetry;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>How many pooled features a picture has: 64, 512 or 2048 for the variants.</summary>
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
    /// The pooled features of a picture file: what the model knows of it before it decides on a class. Pictures of alike content have features in alike
    /// directions. With <see cref="CropSampling.TenCrop"/>, the mean over the crops.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length, so that the dot product of two pictures' features is their cosine similarity. Features that are all 0 stay so.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The file is no accepted picture.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(string path, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(PictureInput.FromFile(path), features, normalize);
        return features;
    }

    /// <summary>The pooled features of a picture from a stream, which is read to its end and stays open; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="picture">An encoded picture.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The stream holds no accepted picture.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(Stream picture, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(PictureInput.FromStream(picture), features, normalize);
        return features;
    }

    /// <summary>The pooled features of an encoded picture in memory; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="encoded">A whole picture file; read during the call only.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns><see cref="FeatureCount"/> values.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ImageDecodeException">The bytes are no accepted picture.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(ReadOnlySpan<byte> encoded, bool normalize = false)
    {
        float[] features = new float[FeatureCount];
        Embed(PictureInput.FromMemory(encoded), features, normalize);
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

        Embed(PictureInput.FromPixels(pixels), features, normalize);
    }

    /// <summary>The pooled features of picture files, decoding on all cores and running the model on <see cref="BatchSize"/> pictures at a time; see <see cref="Embed(string, bool)"/>.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
    /// <exception cref="InvalidOperationException">The classifier was created without <see cref="ModelOutputs.Features"/>.</exception>
    /// <exception cref="ResNetException">The model gives a feature that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public IReadOnlyList<EmbeddingOutcome> EmbedBatch(IReadOnlyList<string> paths, bool normalize = false)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return EmbedBatch(paths.Count, normalize, FromFiles(paths));
    }

    /// <summary>The pooled features of encoded pictures in memory; see <see cref="EmbedBatch(IReadOnlyList{string}, bool)"/>.</summary>
    /// <param name="encoded">Whole picture files; read during the call only.</param>
    /// <param name="normalize">Whether the features are divided by their Euclidean length.</param>
    /// <returns>An outcome a picture, in the order given. A picture that fails does not cost the others their result.</returns>
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
        Exception?[] errors = RunBatches(Operation.Embed, count, ModelOutputs.Features, prepare, (picture, slot, place, _) =>
        {
            float[] features = new float[FeatureCount];
            ReadFeatures(slot, place, normalize, features);
            outcomes[picture] = new EmbeddingOutcome(features);
        });
        FillFailures(outcomes, errors, error => new EmbeddingOutcome(error));
        return outcomes;
    }

    private void Embed(scoped PictureInput picture, Span<float> features, bool normalize)
        => RunOne(Operation.Embed, ModelOutputs.Features, picture, normalize ? ReadNormalizedFeatures : ReadRawFeatures, features);

    private void ReadFeatures(InferenceSlot slot, int picture, bool normalize, Span<float> destination)
    {
        Span<float> features = CropAverage.Apply(slot.Features(picture), _layout.Features!.Length);
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
