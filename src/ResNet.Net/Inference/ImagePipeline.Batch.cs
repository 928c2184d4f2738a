using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

internal sealed partial class ImagePipeline
{
    /// <summary>Creates the items of consecutive images.</summary>
    /// <param name="source">Returns an image. An exception that the image causes is the outcome of the image.</param>
    /// <param name="first">The index of the first image.</param>
    /// <param name="count">The number of images.</param>
    private static BatchItem[] Items(Func<int, InputImage> source, int first, int count)
    {
        BatchItem[] items = new BatchItem[count];
        for (int i = 0; i < count; i++)
        {
            try
            {
                items[i] = new BatchItem { Image = source(first + i) ?? throw new ArgumentException($"Image {first + i} is null.") };
            }
            catch (Exception exception) when (IsCausedByImage(exception))
            {
                items[i] = new BatchItem { Error = exception };
            }
        }

        return items;
    }

    private static bool IsCausedByImage(Exception exception)
        => exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>Represents images that are prepared and run together. First its streams are read, then it runs.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="job">What to do with the images.</param>
    /// <param name="call">The call to which the batch belongs; null if the batch is a call of its own.</param>
    /// <param name="first">The index of the first image in the call.</param>
    /// <param name="items">The images.</param>
    /// <param name="cancellationToken">Cancels between two images.</param>
    private sealed class Batch<TResult>(
        ImagePipeline pipeline, BatchJob<TResult> job, BatchCall? call, int first, BatchItem[] items, CancellationToken cancellationToken)
    {
        private readonly bool _isCall = call is null;
        private BatchCall? _call = call;

        public int First => first;

        private IEnumerable<BatchItem> Streams => items.Where(i => i.Image?.OpenStream is not null);

        /// <summary>Reads the streams of the batch, one at a time, since several streams may read from the same source.</summary>
        /// <exception cref="OperationCanceledException">The call was canceled.</exception>
        public void ReadStreams()
        {
            Begin();
            try
            {
                foreach (BatchItem item in Streams)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    long start = Stopwatch.GetTimestamp();
                    try
                    {
                        Stream stream = item.Image!.GetStream();
                        using Stream? owned = item.Image.OwnsStream ? stream : null;
                        item.File = EncodedFile.Read(stream, pipeline._decoding.MaxBytes, null);
                    }
                    catch (Exception exception)
                    {
                        item.Error = exception;
                    }

                    item.ReadTicks = Stopwatch.GetTimestamp() - start;
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
                throw;
            }
        }

        /// <inheritdoc cref="ReadStreams"/>
        public async Task ReadStreamsAsync()
        {
            Begin();
            try
            {
                foreach (BatchItem item in Streams)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    long start = Stopwatch.GetTimestamp();
                    try
                    {
                        Stream stream = item.Image!.GetStream();
                        await using ConfiguredAsyncDisposable owned
                            = (item.Image.OwnsStream ? stream : Stream.Null).ConfigureAwait(false);
                        item.File = await EncodedFile.ReadAsync(stream, pipeline._decoding.MaxBytes, null, cancellationToken)
                            .ConfigureAwait(false);
                    }
                    catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                    {
                        item.Error = exception;
                    }

                    item.ReadTicks = Stopwatch.GetTimestamp() - start;
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
                throw;
            }
        }

        /// <summary>Opens and preprocesses the images, runs the model, and reads the results.</summary>
        /// <exception cref="OperationCanceledException">The call was canceled before the run.</exception>
        public TResult[] Run()
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                pipeline._sessions.Enter();
                try
                {
                    TResult[] results = RunOn(pipeline._sessions.Select().Batches);
                    if (_isCall)
                    {
                        _call!.End();
                    }

                    return results;
                }
                finally
                {
                    pipeline._sessions.Exit();
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
                throw;
            }
        }

        private TResult[] RunOn(SlotPool slots)
        {
            InferenceSlot slot = slots.Rent();
            try
            {
                TResult[][] results = [.. items.Select(i => new TResult[i.Views.Count])];
                int views = items.Max(i => i.Views.Count);
                for (int view = 0; view < views; view++)
                {
                    PrepareAll(slot, view);
                    Infer(slot, view, results);
                }

                // Only now, since reading can fail, which fails the whole batch.
                foreach (BatchItem item in items)
                {
                    _call!.Report(item);
                }

                return results is [TResult[] only] ? only : [.. results.SelectMany(r => r)];
            }
            finally
            {
                slots.Return(slot);
            }
        }

        private void PrepareAll(InferenceSlot slot, int view)
        {
            if (items.Length == 1)
            {
                Prepare(0, view, slot.Input(0), slot.Scratch);
                return;
            }

            try
            {
                // Images differ in cost, so each goes to the next free core, with scratch memory of its own.
                ParallelOptions options = new() { CancellationToken = cancellationToken };
                Parallel.For(0, items.Length, options, slot.RentScratch, (i, _, scratch) =>
                {
                    Prepare(i, view, slot.Input(i), scratch);
                    return scratch;
                }, slot.ReturnScratch);
            }
            catch (AggregateException aggregate)
            {
                ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
            }
        }

        /// <summary>Preprocesses a view of an image, which the first view opens. If that fails, the item keeps the error.</summary>
        private void Prepare(int position, int view, Span<float> input, PreprocessingScratch scratch)
        {
            BatchItem item = items[position];
            if (item.Error is not null || view >= item.Views.Count)
            {
                return;
            }

            bool isRead = item.Decoded is not null;
            IMemoryOwner<byte>? memory = null;
            try
            {
                ImageInput image = isRead ? default
                    : item.Image!.OpenStream is null ? item.Image.ToInput(out memory)
                    : ImageInput.FromMemory(item.File.Span, null, Stopwatch.GetTimestamp() - item.ReadTicks);
                isRead = true;
                PixelView pixels = item.Decoded is DecodedImage decoded ? decoded.Pixels : Open(item, image);
                long opened = item.Decoded is null ? image.Start : Stopwatch.GetTimestamp();
                pipeline.Preprocess(image, pixels, item.Views[view], input, scratch);
                StageTimings earlier = item.Timings;
                item.Timings = new StageTimings(
                    view == 0 ? Stopwatch.GetElapsedTime(image.Start, opened) : earlier.Decode,
                    earlier.Preprocess + Stopwatch.GetElapsedTime(opened),
                    earlier.Inference);
            }
            catch (Exception exception) when (!isRead || IsCausedByImage(exception))
            {
                item.Error = exception;
            }
            finally
            {
                memory?.Dispose();
                item.File.Dispose();
                if (view == item.Views.Count - 1 || item.Error is not null)
                {
                    item.Decoded?.Dispose();
                }
            }
        }

        private PixelView Open(BatchItem item, ImageInput image)
        {
            item.Decoded = image.Open(pipeline._decoder, pipeline._decoding, pipeline._preprocessor.Profile, out PixelView pixels);
            return pixels;
        }

        /// <summary>
        /// Runs the model on the prepared views and reads the results. Positions of failed images hold an older image, whose outputs are
        /// ignored.
        /// </summary>
        private void Infer(InferenceSlot slot, int view, TResult[][] results)
        {
            TimeSpan inference = default;
            if (items.Any(i => i.Error is null && view < i.Views.Count))
            {
                long start = Stopwatch.GetTimestamp();
                slot.Run(items.Length);
                (int runs, int batch) = pipeline._singleRuns.AreRequired ? (items.Length, 1) : (1, items.Length);
                for (int i = 0; i < runs; i++)
                {
                    _call!.Ran(batch);
                }

                inference = Stopwatch.GetElapsedTime(start) / items.Length;
            }

            for (int i = 0; i < items.Length; i++)
            {
                BatchItem item = items[i];
                if (view < item.Views.Count)
                {
                    item.Timings = item.Timings with { Inference = item.Timings.Inference + inference };
                    results[i][view] = item.Error is Exception error ? job.Fail(error) : Read(item, slot, i);
                }
            }
        }

        /// <summary>Reads the result of an image. Values of a tensor that make the outputs useless are the error of that image.</summary>
        private TResult Read(BatchItem item, InferenceSlot slot, int position)
        {
            try
            {
                return job.Read(first + position, slot, position, item.Timings);
            }
            catch (ResNetException exception)
                when (item.Image?.Tensor is { } tensor && pipeline.OfTensor(tensor.Span, exception) is not null)
            {
                item.Error = pipeline.OfTensor(tensor.Span, exception)!;
                return job.Fail(item.Error);
            }
        }

        private void Begin()
        {
            if (_isCall)
            {
                pipeline.ThrowIfDisposed();
                _call = new BatchCall(pipeline, job.Operation, items.Length);
            }
        }

        private void Fail(Exception exception)
        {
            ReleaseImages();
            if (_isCall)
            {
                _call!.Fail(exception);
            }
        }

        private void ReleaseImages()
        {
            foreach (BatchItem item in items)
            {
                item.File.Dispose();
                item.Decoded?.Dispose();
            }
        }
    }

    /// <summary>Tracks a call with several images in telemetry and the log. Several of its batches may run concurrently.</summary>
    private sealed class BatchCall(ImagePipeline pipeline, Operation operation, int images)
    {
        private readonly TrackedCall _call = pipeline._telemetry.Begin(operation, images, isBatch: true);
        private int _reported;
        private int _failed;

        public void Ran(int batch) => _call.Ran(batch);

        /// <summary>Records an image that has a result.</summary>
        public void Report(BatchItem item)
        {
            Interlocked.Increment(ref _reported);
            if (item.Error is Exception error)
            {
                Interlocked.Increment(ref _failed);
                _call.Failed(error);
                pipeline.Log(operation, error, 1);
            }
            else
            {
                _call.Answered(item.Timings);
            }
        }

        /// <summary>Ends a call whose images all have a result.</summary>
        public void End() => _call.End(_failed);

        /// <summary>Ends a call that throws.</summary>
        public void Fail(Exception exception) => pipeline.Fail(_call, operation, exception, images - _reported);
    }

    /// <summary>Represents an image of a batch.</summary>
    private sealed class BatchItem
    {
        // Not a property: disposing a copy would leave the buffer to be returned twice.
        public EncodedFile File;

        /// <summary>Gets the image; null if it could not be determined.</summary>
        public InputImage? Image { get; init; }

        public IReadOnlyList<ImageView> Views => Image?.Views ?? InputImage.OwnView;

        /// <summary>Gets or sets the pixels between the first view and the last; null if the caller passed pixels.</summary>
        public DecodedImage? Decoded { get; set; }

        /// <summary>Gets or sets the time it took to read the stream, in ticks of <see cref="Stopwatch"/>.</summary>
        public long ReadTicks { get; set; }

        public StageTimings Timings { get; set; }

        public Exception? Error { get; set; }
    }
}
