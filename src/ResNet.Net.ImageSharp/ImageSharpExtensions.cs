using SixLabors.ImageSharp;

namespace ResNet.Net;

/// <summary>Classifies, embeds and explains images that ImageSharp holds.</summary>
/// <remarks>
/// <para>
/// <c>Image&lt;Rgb24&gt;</c>, <c>Bgr24</c>, <c>Rgba32</c>, <c>Bgra32</c> and <c>L8</c> are read in place where ImageSharp holds the pixels
/// in one block. Larger images (more than 4 MB, unless <see cref="Configuration.PreferContiguousImageBuffers"/> is set) are copied once to
/// pooled memory. Other pixel types are converted to <c>Rgba32</c> first. Transparent pixels are flattened on black. Of an animation the
/// first frame is read. The image is not changed.
/// </para>
/// <para>
/// ImageSharp does not turn an image upright when it loads it, but keeps its EXIF orientation. These methods heed it where the model's
/// <see cref="PreprocessingProfile.AutoOrient"/> is set, as for encoded images. After ImageSharp's <c>AutoOrient</c> the orientation is 1,
/// and nothing is turned twice.
/// </para>
/// </remarks>
public static class ImageSharpExtensions
{
    private const int DefaultTopK = 5;

    /// <summary>Classifies an image.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="image">The image; read during the call only.</param>
    /// <param name="topK">The number of predictions to return, at least 1.</param>
    /// <returns>The most probable labels, the best first.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ObjectDisposedException">The classifier or the image is disposed.</exception>
    /// <exception cref="ResNetException">The model returns a score that is not a finite number.</exception>
    public static Classification Classify(this ResNetClassifier classifier, Image image, int topK = DefaultTopK)
    {
        using ImagePixels pixels = Read(classifier?.Profile, nameof(classifier), image);
        return classifier!.Classify(pixels.View, topK);
    }

    /// <summary>Classifies an image into memory that the caller provides. Allocates nothing if the pixels can be read in place.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="image">The image; read during the call only.</param>
    /// <param name="predictions">Receives the most probable labels, the best first.</param>
    /// <returns>The number of predictions written.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="predictions"/> is empty.</exception>
    /// <exception cref="ObjectDisposedException">The classifier or the image is disposed.</exception>
    /// <exception cref="ResNetException">The model returns a score that is not a finite number.</exception>
    public static int Classify(this ResNetClassifier classifier, Image image, Span<Prediction> predictions)
    {
        using ImagePixels pixels = Read(classifier?.Profile, nameof(classifier), image);
        return classifier!.Classify(pixels.View, predictions);
    }

    /// <summary>Computes the embedding of an image.</summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="image">The image; read during the call only.</param>
    /// <returns><see cref="ResNetEmbedder.Dimension"/> values.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The embedder or the image is disposed.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not a finite number.</exception>
    public static float[] Embed(this ResNetEmbedder embedder, Image image)
    {
        using ImagePixels pixels = Read(embedder?.Profile, nameof(embedder), image);
        return embedder!.Embed(pixels.View);
    }

    /// <summary>
    /// Computes the embedding of an image into memory that the caller provides. Allocates nothing if the pixels can be read in place.
    /// </summary>
    /// <param name="embedder">The embedder.</param>
    /// <param name="image">The image; read during the call only.</param>
    /// <param name="embedding">Receives the embedding; at least <see cref="ResNetEmbedder.Dimension"/> long.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="embedding"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The embedder or the image is disposed.</exception>
    /// <exception cref="ResNetException">The model returns a feature that is not a finite number.</exception>
    public static void Embed(this ResNetEmbedder embedder, Image image, Span<float> embedding)
    {
        using ImagePixels pixels = Read(embedder?.Profile, nameof(embedder), image);
        embedder!.Embed(pixels.View, embedding);
    }

    /// <summary>Computes where in an image the model sees a class.</summary>
    /// <param name="classifier">The classifier, created with <see cref="ResNetClassifierOptions.ActivationMaps"/>.</param>
    /// <param name="image">The image; read during the call only.</param>
    /// <param name="classIndex">The class; <see langword="null"/> for the best one.</param>
    /// <returns>The class activation map.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classIndex"/> is not a class of the model.</exception>
    /// <exception cref="InvalidOperationException">The classifier was created without
    /// <see cref="ResNetClassifierOptions.ActivationMaps"/>.</exception>
    /// <exception cref="ObjectDisposedException">The classifier or the image is disposed.</exception>
    /// <exception cref="ResNetException">The model returns a value that is not a finite number.</exception>
    public static ActivationMap Explain(this ResNetClassifier classifier, Image image, int? classIndex = null)
    {
        using ImagePixels pixels = Read(classifier?.Profile, nameof(classifier), image);
        return classifier!.Explain(pixels.View, classIndex);
    }

    private static ImagePixels Read(PreprocessingProfile? profile, string modelName, Image image)
    {
        ArgumentNullException.ThrowIfNull(profile, modelName);
        ArgumentNullException.ThrowIfNull(image);
        return new ImagePixels(image, profile.AutoOrient);
    }
}
