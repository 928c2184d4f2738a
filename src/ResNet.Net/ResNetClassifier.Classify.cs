using System.Diagnostics;
using ResNet.Net.Internals.Imaging;
using ResNet.Net.Internals.Inference;
using ResNet.Net.Internals.Scoring;

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
        ThrowIfDisposed();
        long start = Ticks();
        using EncodedFile file = EncodedFile.Read(path, _decoding.MaxBytes);
        return ClassifyEncoded(file.Span, topK, start, path);
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
        ThrowIfDisposed();
        long start = Ticks();
        using EncodedFile file = EncodedFile.Read(picture, _decoding.MaxBytes, null);
        return ClassifyEncoded(file.Span, topK, start, null);
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
        ThrowIfDisposed();
        return ClassifyEncoded(encoded, topK, Ticks(), null);
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
        ThrowIfEmpty(pixels);
        Prediction[] predictions = new Prediction[Limit(topK)];
        long start = Ticks();
        StageTimings timings = Run(pixels, predictions, start, start);
        return new Classification(predictions, timings);
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

        ThrowIfEmpty(pixels);
        int count = Limit(predictions.Length);
        long start = Ticks();
        _ = Run(pixels, predictions[..count], start, start);
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
    public void GetScores(PixelView pixels, Span<float> scores)
    {
        if (scores.Length < Labels.Count)
        {
            throw new ArgumentException($"There are {Labels.Count} classes, but the span has {scores.Length} places.", nameof(scores));
        }

        ThrowIfEmpty(pixels);
        InferenceSlot slot = _singles.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            slot.Run(1);
            CropAverage.Apply(slot.Output(0), _layout.ClassCount).CopyTo(scores);
        }
        finally
        {
            _singles.Return(slot);
        }
    }

    private Classification ClassifyEncoded(ReadOnlySpan<byte> encoded, int topK, long start, string? source)
    {
        using DecodedImage image = Decode(encoded, source);
        Prediction[] predictions = new Prediction[topK];
        StageTimings timings = Run(image.View, predictions, start, Ticks());
        return new Classification(predictions, timings);
    }

    private DecodedImage Decode(ReadOnlySpan<byte> encoded, string? source)
    {
        try
        {
            return ImageDecoders.Shared.Decode(encoded, _decoding, Profile.AutoOrient, Profile.ShrinkOnLoad ? Profile.Resize : null);
        }
        catch (ImageDecodeException exception) when (source is not null)
        {
            throw new ImageDecodeException(exception.Failure, exception.Reason, source, exception);
        }
    }

    private StageTimings Run(PixelView pixels, Span<Prediction> predictions, long start, long decoded)
    {
        InferenceSlot slot = _singles.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            long preprocessed = Ticks();
            slot.Run(1);
            long inferred = Ticks();
            FillPredictions(ToProbabilities(slot, 0), predictions);
            return new StageTimings(Stopwatch.GetElapsedTime(start, decoded), Stopwatch.GetElapsedTime(decoded, preprocessed), Stopwatch.GetElapsedTime(preprocessed, inferred));
        }
        finally
        {
            _singles.Return(slot);
        }
    }
}
