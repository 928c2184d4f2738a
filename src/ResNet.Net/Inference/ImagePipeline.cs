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
    private readonly SessionSelector _sessions;
    private readonly IImageDecoder _decoder;
    private readonly ImageDecodingOptions _decoding;
    private readonly Preprocessor _preprocessor;
    private readonly int _batchSize;
    private readonly SingleRuns _singleRuns;
    private readonly int _concurrency;
    private readonly SemaphoreSlim _turns;
    private readonly ModelTelemetry _telemetry;
    private readonly ILogger _log;
    private readonly Type _owner;
    private bool _disposed;

    /// <summary>Creates a pipeline over an open session, which it owns from then on.</summary>
    /// <param name="session">The session.</param>
    /// <param name="layout">The layout of the session's model.</param>
    /// <param name="preprocessor">The preprocessor.</param>
    /// <param name="model">The name of the model.</param>
    /// <param name="options">The options of the model.</param>
    /// <param name="openSecond">
    /// Opens a session that runs each image on one core; returns null if it cannot be opened. Null if the first session serves every load.
    /// </param>
    /// <param name="telemetry">Receives the measurements.</param>
    /// <param name="log">Receives failures.</param>
    public ImagePipeline(
        OrtSession session,
        ModelLayout layout,
        Preprocessor preprocessor,
        string model,
        ResNetModelOptions options,
        Func<OrtSession?>? openSecond,
        ModelTelemetry telemetry,
        ILogger log)
    {
        _model = model;
        _decoder = options.Decoder ?? ImageDecoding.Default;
        _decoding = options.Decoding;
        _preprocessor = preprocessor;
        _telemetry = telemetry;
        _log = log;
        _owner = options.OwnerType;
        const int BatchSizeOfAccelerators = 8;
        _batchSize = layout.FixedBatch ?? options.BatchSize ?? (options.IsCpu ? 1 : BatchSizeOfAccelerators);

        // Batches use all cores while they are decoded: one is decoded while the model runs on the other.
        const int ConcurrentBatches = 2;
        _concurrency = _batchSize == 1 ? options.Cores : ConcurrentBatches;
        _turns = new SemaphoreSlim(_concurrency);
        _singleRuns = new SingleRuns((batch, reason) => log.BatchRejected(model, batch, reason));
        SlotPool CreatePool(OrtSession owner, int capacity) => new(owner, layout, _singleRuns, capacity, preprocessor.CropCount, _owner);
        SessionSlots SlotsOf(OrtSession opened) => new(opened, CreatePool, _batchSize);
        _sessions = new SessionSelector(
            SlotsOf(session),
            options.Cores,
            openSecond is null ? null : () => openSecond() is OrtSession second ? SlotsOf(second) : null,
            _owner);
    }

    /// <summary>Reads the outputs of a single image from a slot after a run.</summary>
    public delegate void OutputReader<TTarget>(InferenceSlot slot, PixelView pixels, StageTimings timings, TTarget target)
        where TTarget : allows ref struct;

    /// <summary>Gets the decoder for encoded images.</summary>
    public IImageDecoder Decoder => _decoder;

    /// <summary>Gets the limits for encoded images.</summary>
    public ImageDecodingOptions Decoding => _decoding;

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
        SlotPool slots = _sessions.Select().Singles;
        InferenceSlot slot = slots.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            slot.Run(1);
            return slot.Output(0).ToArray();
        }
        finally
        {
            slots.Return(slot);
        }
    }

    /// <summary>
    /// Releases the model without waiting. Calls in progress complete; later calls throw <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            _sessions.Dispose();
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), _owner);

    private StageTimings Process<TTarget>(Operation operation, scoped ImageInput image, OutputReader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        _sessions.Enter();
        try
        {
            using DecodedImage? decoded = image.Open(_decoder, _decoding, _preprocessor.Profile, out PixelView pixels);
            long opened = decoded is null ? image.Start : Stopwatch.GetTimestamp();
            SlotPool slots = _sessions.Select().Singles;
            InferenceSlot slot = slots.Rent();
            try
            {
                Preprocess(image, pixels, default, slot.Input(0), slot.Scratch);
                long preprocessed = Stopwatch.GetTimestamp();
                slot.Run(1, withMaps: operation == Operation.Explain);
                StageTimings timings = new(
                    Stopwatch.GetElapsedTime(image.Start, opened),
                    Stopwatch.GetElapsedTime(opened, preprocessed),
                    Stopwatch.GetElapsedTime(preprocessed));
                read(slot, pixels, timings, target);
                return timings;
            }
            catch (ResNetException exception) when (image.IsTensor && OfTensor(image.Tensor, exception) is not null)
            {
                throw OfTensor(image.Tensor, exception)!;
            }
            finally
            {
                slots.Return(slot);
            }
        }
        finally
        {
            _sessions.Exit();
        }
    }

    /// <summary>Fills the input of an image: preprocesses its pixels, or copies its tensor.</summary>
    private void Preprocess(
        scoped ImageInput image, PixelView pixels, ImageView view, Span<float> input, PreprocessingScratch scratch)
    {
        if (!image.IsTensor)
        {
            _preprocessor.Run(pixels, view, input, scratch);
            return;
        }

        if (image.Tensor.Length != input.Length)
        {
            CropRule crop = _preprocessor.Profile.Crop;
            string crops = _preprocessor.CropCount > 1 ? $"{_preprocessor.CropCount}, " : "";
            throw new ArgumentException(
                $"The tensor has {image.Tensor.Length} values, but the model '{_model}' takes [{crops}3, {crop.Height}, {crop.Width}] "
                + $"with {input.Length} values.");
        }

        image.Tensor.CopyTo(input);
    }

    /// <summary>Returns the error of a tensor that made the outputs useless; null if the model is at fault.</summary>
    private ArgumentException? OfTensor(ReadOnlySpan<float> tensor, ResNetException exception)
        => exception is InferenceException or ImageDecodeException ? null : TensorRange.ErrorOf(tensor, _preprocessor.Profile, exception);

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
