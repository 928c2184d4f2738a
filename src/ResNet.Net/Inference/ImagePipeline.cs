using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace ResNet.Net;

/// <summary>
/// Takes images from the caller's input to the outputs of the model: decodes, preprocesses into a slot, runs, and lets the caller
/// read the slot. Every image is reported to telemetry and the log. Thread-safe; owns the session.
/// </summary>
internal sealed class ImagePipeline : IDisposable
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
        ILogger log)
    {
        _model = model;
        _session = session;
        _decoder = decoder;
        _decoding = decoding;
        _preprocessor = preprocessor;
        _telemetry = telemetry;
        _log = log;
        _batchSize = layout.FixedBatch ?? batchSize;
        _singleRuns = new SingleRuns((batch, reason) => log.BatchRejected(model, batch, reason));
        _singles = new SlotPool(session, layout, _singleRuns, 1, preprocessor.CropCount);
        _batches = new SlotPool(session, layout, _singleRuns, _batchSize, preprocessor.CropCount);
    }

    /// <summary>Returns one image of a batch. The input is used before the next one is requested by the same thread.</summary>
    public delegate ImageInput InputSource(int index);

    /// <summary>Reads the outputs of a single image from a slot after a run.</summary>
    public delegate void OutputReader<TTarget>(InferenceSlot slot, PixelView pixels, StageTimings timings, TTarget target)
        where TTarget : allows ref struct;

    /// <summary>Creates the result of one image of a batch from a slot after a run.</summary>
    /// <param name="index">The index of the image in the caller's list.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="position">The position of the image in the slot.</param>
    /// <param name="timings">The timings of the image.</param>
    public delegate TResult ResultReader<TResult>(int index, InferenceSlot slot, int position, StageTimings timings);

    /// <summary>Gets the largest number of images in one run.</summary>
    public int BatchSize => _singleRuns.AreRequired ? 1 : _batchSize;

    /// <summary>Processes a single image. Allocates nothing for an input of pixels.</summary>
    /// <param name="operation">The name of the operation in telemetry.</param>
    /// <param name="outputs">The outputs that the run computes besides scores.</param>
    /// <param name="image">The image.</param>
    /// <param name="read">Reads the outputs into <paramref name="target"/>.</param>
    /// <param name="target">The destination, passed to <paramref name="read"/>.</param>
    public StageTimings Run<TTarget>(
        Operation operation, ModelOutputs outputs, scoped ImageInput image, OutputReader<TTarget> read, TTarget target)
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
            Fail(call, operation, exception, 1);
            throw;
        }
    }

    /// <summary>Processes a single image whose file or stream is read asynchronously; the rest runs on a thread of the pool.</summary>
    /// <inheritdoc cref="Run" path="/param"/>
    public async Task<StageTimings> RunAsync<TTarget>(
        Operation operation,
        ModelOutputs outputs,
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
                () => Process(outputs, ImageInput.FromMemory(file.Span, path, start), read, target),
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

    /// <summary>Processes images in batches, in order. An image that cannot be read or decoded doesn't fail the others.</summary>
    /// <param name="operation">The name of the operation in telemetry.</param>
    /// <param name="outputs">The outputs that the runs compute besides scores.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="source">Returns the images; called on several threads.</param>
    /// <param name="read">Creates the result of an image that succeeded.</param>
    /// <param name="fail">Creates the result of an image that failed.</param>
    /// <returns>One result per image, in the order of the images.</returns>
    public TResult[] RunBatches<TResult>(
        Operation operation, ModelOutputs outputs, int count, InputSource source, ResultReader<TResult> read, Func<Exception, TResult> fail)
    {
        ThrowIfDisposed();
        TResult[] results = new TResult[count];
        TrackedCall call = _telemetry.Begin(operation, count, isBatch: true);
        (int reported, int failed) = (0, 0);
        try
        {
            InferenceSlot slot = _batches.Rent();
            try
            {
                BatchItem[] items = new BatchItem[Math.Min(slot.Capacity, count)];
                while (reported < count)
                {
                    int batch = Math.Min(items.Length, count - reported);
                    Prepare(slot, items, reported, batch, source);
                    Span<TResult> batchResults = results.AsSpan(reported, batch);
                    failed += Infer(slot, call, operation, outputs, items.AsSpan(0, batch), batchResults, reported, read, fail);
                    reported += batch;
                }
            }
            finally
            {
                _batches.Return(slot);
            }

            call.End(failed);
            return results;
        }
        catch (Exception exception)
        {
            Fail(call, operation, exception, count - reported);
            throw;
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

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(ResNetClassifier));

    private StageTimings Process<TTarget>(ModelOutputs outputs, scoped ImageInput image, OutputReader<TTarget> read, TTarget target)
        where TTarget : allows ref struct
    {
        using DecodedImage? decoded = image.Open(_decoder, _decoding, _preprocessor.Profile, out PixelView pixels);
        long opened = decoded is null ? image.Start : Stopwatch.GetTimestamp();
        InferenceSlot slot = _singles.Rent();
        try
        {
            _preprocessor.Run(pixels, slot.Input(0), slot.Scratch);
            long preprocessed = Stopwatch.GetTimestamp();
            slot.Run(1, outputs);
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

    /// <summary>Opens and preprocesses the images of one batch on all cores. Images that fail keep their error in their item.</summary>
    private void Prepare(InferenceSlot slot, BatchItem[] items, int first, int count, InputSource source)
    {
        try
        {
            // Images differ in cost, so each goes to the next free core, with scratch memory of its own.
            Parallel.For(0, count, () => slot.RentScratch(), (i, _, scratch) =>
            {
                items[i] = Prepare(slot, i, first + i, source, scratch);
                return scratch;
            }, slot.ReturnScratch);
        }
        catch (AggregateException aggregate)
        {
            ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
        }
    }

    private BatchItem Prepare(InferenceSlot slot, int position, int index, InputSource source, PreprocessingScratch scratch)
    {
        try
        {
            ImageInput image = source(index);
            using DecodedImage? decoded = image.Open(_decoder, _decoding, _preprocessor.Profile, out PixelView pixels);
            long opened = decoded is null ? image.Start : Stopwatch.GetTimestamp();
            _preprocessor.Run(pixels, slot.Input(position), scratch);
            StageTimings timings = new(Stopwatch.GetElapsedTime(image.Start, opened), Stopwatch.GetElapsedTime(opened), default);
            return new BatchItem(timings, null);
        }
        catch (Exception exception)
            when (exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new BatchItem(default, exception);
        }
    }

    /// <summary>
    /// Runs the model on a prepared batch and reads the results. Positions of failed images hold an older image, whose outputs are ignored.
    /// </summary>
    /// <returns>The number of images that failed.</returns>
    private int Infer<TResult>(
        InferenceSlot slot,
        TrackedCall call,
        Operation operation,
        ModelOutputs outputs,
        ReadOnlySpan<BatchItem> items,
        Span<TResult> results,
        int first,
        ResultReader<TResult> read,
        Func<Exception, TResult> fail)
    {
        int failed = 0;
        foreach (BatchItem item in items)
        {
            failed += item.Error is null ? 0 : 1;
        }

        TimeSpan inference = default;
        if (failed < items.Length)
        {
            long start = Stopwatch.GetTimestamp();
            slot.Run(items.Length, outputs);
            for (int i = 0; i < (_singleRuns.AreRequired ? items.Length : 1); i++)
            {
                call.Ran(_singleRuns.AreRequired ? 1 : items.Length);
            }

            inference = Stopwatch.GetElapsedTime(start) / items.Length;
        }

        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Error is null)
            {
                results[i] = read(first + i, slot, i, items[i].Timings with { Inference = inference });
            }
        }

        // Only now, since reading can fail, which fails the whole batch.
        for (int i = 0; i < items.Length; i++)
        {
            if (items[i].Error is Exception error)
            {
                results[i] = fail(error);
                call.Failed(error);
                Log(operation, error, 1);
            }
            else
            {
                call.Answered(items[i].Timings with { Inference = inference });
            }
        }

        return failed;
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

    private readonly record struct BatchItem(StageTimings Timings, Exception? Error);
}
