namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Classifies an image file (JPEG, PNG, WebP, GIF, TIFF).</summary>
    /// <param name="path">The file.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The file is no accepted image.</exception>
    /// <exception cref="IOException">The file cannot be read (<see cref="FileNotFoundException"/>: it is not there).</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(string path, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(ImageInput.FromFile(path), topK);
    }

    /// <summary>Classifies an image from a stream, which is read to its end and stays open.</summary>
    /// <param name="image">An encoded image.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The stream holds no accepted image.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(Stream image, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(ImageInput.FromStream(image), topK);
    }

    /// <summary>Classifies an encoded image in memory.</summary>
    /// <param name="encoded">A whole image file; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The bytes are no accepted image.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(ReadOnlySpan<byte> encoded, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(ImageInput.FromMemory(encoded), topK);
    }

    /// <summary>Classifies pixels that the caller holds; needs no decoder.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(PixelView pixels, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(ImageInput.FromPixels(pixels), topK);
    }

    /// <summary>Classifies pixels into memory of the caller's; allocates nothing.</summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="predictions">Receives the most probable classes, the most probable first; at least one place.</param>
    /// <returns>How many places were filled: as many as there are, or as there are classes.</returns>
    /// <exception cref="ArgumentException"><paramref name="predictions"/> is empty, or <paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public int Classify(PixelView pixels, Span<Prediction> predictions)
    {
        if (predictions.IsEmpty)
        {
            throw new ArgumentException("There must be a place for one prediction at least.", nameof(predictions));
        }

        int count = Limit(predictions.Length);
        _ = RunOne(Operation.Classify, ModelOutputs.None, ImageInput.FromPixels(pixels), ReadPredictions, predictions[..count]);
        return count;
    }

    /// <summary>
    /// The model's raw output for an image: logits or probabilities, as <see cref="ResNetVariant.OutputKind"/> says. With
    /// <see cref="CropSampling.TenCrop"/>, the mean of the crops' raw outputs.
    /// </summary>
    /// <param name="pixels">The pixels; read during the call only.</param>
    /// <param name="scores">Receives one value a class; at least <c>Labels.Count</c> long.</param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is too short, or <paramref name="pixels"/> is <c>default</c>.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    /// <exception cref="ResNetException">The model cannot be run.</exception>
    public void GetScores(PixelView pixels, Span<float> scores)
    {
        if (scores.Length < Labels.Count)
        {
            throw new ArgumentException($"There are {Labels.Count} classes, but the span has {scores.Length} places.", nameof(scores));
        }

        _ = RunOne(Operation.Scores, ModelOutputs.None, ImageInput.FromPixels(pixels), ReadScores, scores);
    }

    private Classification Classify(scoped ImageInput image, int topK)
    {
        Prediction[] predictions = new Prediction[topK];
        StageTimings timings = RunOne(Operation.Classify, ModelOutputs.None, image, ReadPredictions, predictions.AsSpan());
        return new Classification(predictions, timings);
    }
}
