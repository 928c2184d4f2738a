using System.Diagnostics;

namespace ResNet.Net;

public sealed partial class ResNetClassifier
{
    // Kept, so that none is made for a call.
    private static readonly Reader<Span<Prediction>> ReadPredictions = static (classifier, slot, _, _, predictions) => classifier.FillPredictions(classifier.ToProbabilities(slot, 0), predictions);
    private static readonly Reader<Span<float>> ReadScores = static (classifier, slot, _, _, scores) => ScoreMath.AverageCrops(slot.Output(0), classifier._layout.ClassCount).CopyTo(scores);
    private static readonly Reader<Span<float>> ReadRawFeatures = static (classifier, slot, _, _, features) => classifier.ReadFeatures(slot, 0, normalize: false, features);
    private static readonly Reader<Span<float>> ReadNormalizedFeatures = static (classifier, slot, _, _, features) => classifier.ReadFeatures(slot, 0, normalize: true, features);

    /// <summary>Takes from a slot what the run of one image left there.</summary>
    private delegate void Reader<TTarget>(ResNetClassifier classifier, InferenceSlot slot, PixelView pixels, StageTimings timings, TTarget target)
        where TTarget : allows ref struct;

    /// <summary>The way of every single image, watched: decode, preprocess, run, read. Allocates nothing for pixels in hand.</summary>
    private StageTimings RunOne<TTarget>(Operation operation, ModelOutputs outputs, scoped ImageInput image, Reader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        ThrowIfDisposed();
        TrackedCall call = _telemetry.Begin(operation);
        try
        {
            StageTimings timings = Process(outputs, image, read, target);
            call.Answered(timings);
            call.End();
            return timings;
        }
        catch (Exception exception)
        {
            Fail(call, operation, exception);
            throw;
        }
    }

    private StageTimings Process<TTarget>(ModelOutputs outputs, scoped ImageInput image, Reader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        if (image.HasPixels)
        {
            return Process(outputs, image.Pixels, image.Start, image.Start, read, target);
        }

        using EncodedFile file = image.Read(_decoding.MaxBytes);
        using DecodedImage decoded = Decode(image.Encoded(file), image.Path);
        return Process(outputs, decoded.Pixels, image.Start, Ticks(), read, target);
    }

    private StageTimings Process<TTarget>(ModelOutputs outputs, PixelView pixels, long start, long decoded, Reader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        InferenceSlot slot = _singles.Rent();
        try
        {
            // Waiting for a slot's memory to be made is part of preprocessing.
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            long preprocessed = Ticks();
            slot.Run(1, outputs);
            StageTimings timings = new(Stopwatch.GetElapsedTime(start, decoded), Stopwatch.GetElapsedTime(decoded, preprocessed), Stopwatch.GetElapsedTime(preprocessed));
            read(this, slot, pixels, timings, target);
            return timings;
        }
        finally
        {
            _singles.Return(slot);
        }
    }

    private DecodedImage Decode(ReadOnlySpan<byte> encoded, string? source)
    {
        try
        {
            return ImageDecoding.Decode(_decoder, encoded, _decoding, Profile.AutoOrient, Profile.ShrinkOnLoad ? Profile.Resize : null);
        }
        catch (ImageDecodeException exception) when (source is not null)
        {
            throw new ImageDecodeException(exception.Failure, exception.Reason, source, exception);
        }
    }

    private void Fail(TrackedCall call, Operation operation, Exception exception, int images = 1)
    {
        call.End(exception, images);
        Log(operation, exception, images);
    }

    private void Log(Operation operation, Exception exception, int images)
    {
        string reason = FailureReason.Of(exception);
        if (FailureReason.IsCausedByInput(exception))
        {
            _log.ImageFailed(reason, operation, ModelName, exception);
        }
        else
        {
            _log.ModelFailed(reason, operation, ModelName, images, exception);
        }
    }
}
