using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Telemetry;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    /// <summary>Classifies a picture file (JPEG, PNG, WebP, GIF, TIFF).</summary>
    /// <param name="path">The file.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The file is no accepted picture.</exception>
    /// <exception cref="IOException">The file cannot be read (<see cref="FileNotFoundException"/>: it is not there).</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(string path, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(PictureInput.FromFile(path), topK);
    }

    /// <summary>Classifies a picture from a stream, which is read to its end and stays open.</summary>
    /// <param name="picture">An encoded picture.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The stream holds no accepted picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(Stream picture, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(PictureInput.FromStream(picture), topK);
    }

    /// <summary>Classifies an encoded picture in memory.</summary>
    /// <param name="encoded">A whole picture file; read during the call only.</param>
    /// <param name="topK">How many classes to return, at least 1; more than there are means all.</param>
    /// <returns>The most probable classes.</returns>
    /// <exception cref="ImageDecodeException">The bytes are no accepted picture.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="topK"/> is less than 1.</exception>
    /// <exception cref="ResNetException">The model gives a score that is no finite number.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(ReadOnlySpan<byte> encoded, int topK = DefaultTopK)
    {
        topK = Limit(topK);
        return Classify(PictureInput.FromMemory(encoded), topK);
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
        return Classify(PictureInput.FromPixels(pixels), topK);
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
        _ = RunOne(Operation.Classify, ModelOutputs.None, PictureInput.FromPixels(pixels), ReadPredictions, predictions[..count]);
        return count;
    }

    /// <summary>
    /// The model's raw output for a picture: logits or probabilities, as <see cref="ResNetVariant.OutputKind"/> says. With
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

        _ = RunOne(Operation.Scores, ModelOutputs.None, PictureInput.FromPixels(pixels), ReadScores, scores);
    }

    private Classification Classify(scoped PictureInput picture, int topK)
    {
        Prediction[] predictions = new Prediction[topK];
        StageTimings timings = RunOne(Operation.Classify, ModelOutputs.None, picture, ReadPredictions, predictions.AsSpan());
        return new Classification(predictions, timings);
    }
}
