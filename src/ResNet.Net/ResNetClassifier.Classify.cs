namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Classifies an image file (JPEG, PNG, WebP, GIF, BMP or ICO).</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The file is not a supported image, is damaged, or exceeds a limit.</exception>
    /// <exception cref="IOException">
    /// The file cannot be read, for example because it does not exist (<see cref="FileNotFoundException"/>).
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(string path, int topK = DefaultTopK) => Classify(ImageInput.FromFile(path), topK);

    /// <summary>Classifies an image from a stream. The stream is read to its end and stays open.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The stream does not contain a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(Stream image, int topK = DefaultTopK) => Classify(ImageInput.FromStream(image), topK);

    /// <summary>Classifies an encoded image in memory.</summary>
    /// <param name="encoded">The contents of an image file; read during the call only.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The bytes are not a supported image, or the image exceeds a limit.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(ReadOnlySpan<byte> encoded, int topK = DefaultTopK) => Classify(ImageInput.FromMemory(encoded), topK);

    /// <summary>Classifies pixels in memory. No decoder runs.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="topK">The number of classes to return, at least 1. A larger number than there are classes returns all of them.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(PixelView pixels, int topK = DefaultTopK) => Classify(ImageInput.FromPixels(pixels), topK);

    /// <summary>
    /// Classifies pixels in memory and writes the predictions to the caller's memory. On the CPU, it allocates nothing for up to 256
    /// predictions, unless <see cref="ResNetModelOptions.ConfigureSession"/> is set.
    /// </summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="predictions">Receives the most probable classes, the most probable first. Must not be empty.</param>
    /// <returns>
    /// The number of predictions written: the length of <paramref name="predictions"/>, or the number of classes if that is smaller.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="predictions"/> is empty, or <paramref name="pixels"/> is <c>default</c>.
    /// </exception>
    /// <exception cref="ResNetException">The model returns scores that are not finite, or not of its output kind.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public int Classify(PixelView pixels, Span<Prediction> predictions)
    {
        if (predictions.IsEmpty)
        {
            throw new ArgumentException("The span is empty. Pass one with room for at least one prediction.", nameof(predictions));
        }

        int count = Limit(predictions.Length);
        _ = _pipeline.Run(Operation.Classify, ImageInput.FromPixels(pixels), _readPredictions, predictions[..count]);
        return count;
    }

    /// <summary>
    /// Gets the raw output of the model for an image: logits or probabilities, as its <see cref="OutputKind"/> says. With
    /// <see cref="CropSampling.TenCrop"/>, the mean of the crops' raw outputs.
    /// </summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="scores">Receives one value per class, or one value in total for a binary classifier with a single output.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="scores"/> is too short, or <paramref name="pixels"/> is <c>default</c>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public void GetScores(PixelView pixels, Span<float> scores)
    {
        if (scores.Length < _layout.OutputLength)
        {
            throw new ArgumentException(
                $"The model returns {_layout.OutputLength} scores, but the span has room for {scores.Length} values.", nameof(scores));
        }

        _ = _pipeline.Run(Operation.Scores, ImageInput.FromPixels(pixels), _readScores, scores);
    }

    private Classification Classify(scoped ImageInput image, int topK)
    {
        Prediction[] predictions = new Prediction[Limit(topK)];
        StageTimings timings = _pipeline.Run(Operation.Classify, image, _readPredictions, predictions);
        return new Classification(predictions, timings);
    }
}
