using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>
/// Takes images from the caller's input to the outputs of the model: decodes, preprocesses into a slot, runs, and lets the caller
/// read the slot. Every image is reported to telemetry and the log. Thread-safe; owns the session.
/// </summary>
internal sealed partial class ImagePipeline : IDisposable
{
    private readonly string _model;
    private readonly OrtSession _session;
    private readonly IImageDecoder _decoder;
    private readonly ImageDecodingOptions _decoding;
    private readonly Preprocessor _preprocessor;
    private readonly int _batchSize;
    private readonly SingleRuns _singleRuns;
    private readonly SlotPool _singles;
    private readonly SlotPool _batches;
    private readonly ModelTelemetry _telemetry;
    private readonly ILogger _log;
    private readonly Type _owner;
    private volatile bool _disposed;

    public ImagePipeline(
        string model,
        OrtSession session,
        ModelLayout layout,
        Preprocessor preprocessor,
        IImageDecoder decoder,
        ImageDecodingOptions decoding,
        int batchSize,
        ModelTelemetry telemetry,
        ILogger log,
        Type owner)
    {
        _model = model;
        _session = session;
        _decoder = decoder;
        _decoding = decoding;
        _preprocessor = preprocessor;
        _telemetry = telemetry;
        _log = log;
        _owner = owner;
        _batchSize = layout.FixedBatch ?? batchSize;
        _singleRuns = new SingleRuns((batch, reason) => log.BatchRejected(model, batch, reason));
        _singles = new SlotPool(session, layout, _singleRuns, 1, preprocessor.CropCount, owner);
        _batches = new SlotPool(session, layout, _singleRuns, _batchSize, preprocessor.CropCount, owner);
    }

    /// <summary>Reads the outputs of a single image from a slot after a run.</summary>
    public delegate void OutputReader<TTarget>(InferenceSlot slot, PixelView pixels, StageTimings timings, TTarget target)
        where TTarget : allows ref struct;

    /// <summary>Gets the largest number of images in one run.</summary>
    public int BatchSize => _singleRuns.AreRequired ? 1 : _batchSize;

    /// <summary>Processes a single image. Allocates nothing for an input of pixels.</summary>
    /// <param name="operation">The name of the operation in telemetry.</param>
    /// <param name="image">The image.</param>
    /// <param name="read">Reads the outputs into <paramref name="target"/>.</param>
    /// <param name="target">The destination, passed to <paramref name="read"/>.</param>
    public StageTimings Run<TTarget>(
        Operation operation, scoped ImageInput image, OutputReader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        ThrowIfDisposed();
        TrackedCall call = _telemetry.Begin(operation);
        try
        {
            StageTimings timings = Process(operation, image, read, target);
            call.Answered(timings);
            call.End();
            return timings;
        }
        catch (Exception exception)
        {
            Fail(call, operation, exception, 1);
            throw;
        }
    }

    /// <summary>Processes a single image whose file or stream is read asynchronously; the rest runs on a thread of the pool.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    public async Task<StageTimings> RunAsync<TTarget>(
        Operation operation,
        Func<int, Task<EncodedFile>> readFile,
        string? path,
        OutputReader<TTarget> read,
        TTarget target,
        CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        long start = Stopwatch.GetTimestamp();
        TrackedCall call = _telemetry.Begin(operation);
        try
        {
            using EncodedFile file = await readFile(_decoding.MaxBytes).ConfigureAwait(false);
            StageTimings timings = await Task.Run(
                () => Process(operation, ImageInput.FromMemory(file.Span, path, start), read, target),
                cancellationToken).ConfigureAwait(false);
            call.Answered(timings);
            call.End();
            return timings;
        }
        catch (Exception exception)
        {
            Fail(call, operation, exception, 1);
            throw;
        }
    }

    /// <summary>Computes the output of pixels, one row per crop. It is no image of a caller, so telemetry does not count it.</summary>
    public float[] RunTrial(PixelView pixels)
    {
        InferenceSlot slot = _singles.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            slot.Run(1);
            return slot.Output(0).ToArray();
        }
        finally
        {
            _singles.Return(slot);
        }
    }

    /// <summary>
    /// Releases the model without waiting. Calls that hold a slot complete; all others throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        _disposed = true;
        _singles.Dispose();
        _batches.Dispose();
        _session.Dispose();
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, _owner);

    private StageTimings Process<TTarget>(Operation operation, scoped ImageInput image, OutputReader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        using DecodedImage? decoded = image.Open(_decoder, _decoding, _preprocessor.Profile, out PixelView pixels);
        long opened = decoded is null ? image.Start : Stopwatch.GetTimestamp();
        InferenceSlot slot = _singles.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            long preprocessed = Stopwatch.GetTimestamp();
            slot.Run(1, withMaps: operation == Operation.Explain);
            StageTimings timings = new(
                Stopwatch.GetElapsedTime(image.Start, opened),
                Stopwatch.GetElapsedTime(opened, preprocessed),
                Stopwatch.GetElapsedTime(preprocessed));
            read(slot, pixels, timings, target);
            return timings;
        }
        finally
        {
            _singles.Return(slot);
        }
    }

    private void Fail(TrackedCall call, Operation operation, Exception exception, int images)
    {
        call.End(exception, images);
        Log(operation, exception, images);
    }

    private void Log(Operation operation, Exception exception, int images)
    {
        string reason = FailureReason.Of(exception);
        if (FailureReason.IsCausedByInput(exception))
        {
            _log.ImageFailed(reason, operation, _model, exception);
        }
        else
        {
            _log.ModelFailed(reason, operation, _model, images, exception);
        }
    }
}
