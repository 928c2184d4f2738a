using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace ResNet.Net;

internal sealed partial class ImagePipeline
{
    /// <summary>Represents a call with several images, which holds one slot. Its batches are read and run one after the other.</summary>
    private sealed class BatchCall<TResult> : IDisposable
    {
        private readonly ImagePipeline _pipeline;
        private readonly BatchJob<TResult> _job;
        private readonly Func<int, InputImage> _source;
        private readonly CancellationToken _cancellationToken;
        private readonly TResult[] _results;
        private readonly TrackedCall _call;
        private InferenceSlot? _slot;
        private BatchItem[] _items = [];
        private int _reported;
        private int _failed;

        public BatchCall(
            ImagePipeline pipeline,
            BatchJob<TResult> job,
            int count,
            Func<int, InputImage> source,
            CancellationToken cancellationToken)
        {
            pipeline.ThrowIfDisposed();
            _pipeline = pipeline;
            _job = job;
            _source = source;
            _cancellationToken = cancellationToken;
            _results = new TResult[count];
            _call = pipeline._telemetry.Begin(job.Operation, count, isBatch: true);
        }

        private IEnumerable<BatchItem> Streams => _items.Where(i => i.Image?.OpenStream is not null);

        /// <summary>Gets the images of the next batch.</summary>
        /// <returns>Whether there is one.</returns>
        /// <exception cref="OperationCanceledException">The call was canceled.</exception>
        public bool MoveNext()
        {
            if (_reported > 0 && _reported == _results.Length)
            {
                return false;
            }

            _cancellationToken.ThrowIfCancellationRequested();
            _slot ??= _pipeline._batches.Rent();
            _items = [.. Enumerable.Range(_reported, Math.Min(_slot.Capacity, _results.Length - _reported)).Select(ItemOf)];
            return _items.Length > 0;
        }

        /// <summary>Reads the streams of the batch, one at a time, since several streams may read from the same source.</summary>
        /// <exception cref="OperationCanceledException">The call was canceled.</exception>
        public void ReadStreams()
        {
            foreach (BatchItem item in Streams)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                try
                {
                    Stream stream = item.Image!.GetStream();
                    using Stream? owned = item.Image.OwnsStream ? stream : null;
                    item.File = EncodedFile.Read(stream, _pipeline._decoding.MaxBytes, null);
                }
                catch (Exception exception)
                {
                    item.Error = exception;
                }

                item.ReadTicks = Stopwatch.GetTimestamp() - start;
            }
        }

        /// <inheritdoc cref="ReadStreams"/>
        public async Task ReadStreamsAsync()
        {
            foreach (BatchItem item in Streams)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                long start = Stopwatch.GetTimestamp();
                try
                {
                    Stream stream = item.Image!.GetStream();
                    await using ConfiguredAsyncDisposable owned = (item.Image.OwnsStream ? stream : Stream.Null).ConfigureAwait(false);
                    item.File = await EncodedFile.ReadAsync(stream, _pipeline._decoding.MaxBytes, null, _cancellationToken)
                        .ConfigureAwait(false);
                }
                catch (Exception exception) when (!_cancellationToken.IsCancellationRequested)
                {
                    item.Error = exception;
                }

                item.ReadTicks = Stopwatch.GetTimestamp() - start;
            }
        }

        /// <summary>Opens and preprocesses the images of the batch on all cores, runs the model, and reads the results.</summary>
        /// <exception cref="OperationCanceledException">The call was canceled before the run.</exception>
        public void Run()
        {
            InferenceSlot slot = _slot!;
            try
            {
                // Images differ in cost, so each goes to the next free core, with scratch memory of its own.
                ParallelOptions options = new() { CancellationToken = _cancellationToken };
                Parallel.For(0, _items.Length, options, () => slot.RentScratch(), (i, _, scratch) =>
                {
                    Prepare(i, slot.Input(i), scratch);
                    return scratch;
                }, slot.ReturnScratch);
            }
            catch (AggregateException aggregate)
            {
                ExceptionDispatchInfo.Throw(aggregate.InnerExceptions[0]);
            }

            Infer(slot);
            _reported += _items.Length;
        }

        /// <summary>Ends a call whose images all have a result.</summary>
        public TResult[] End()
        {
            _call.End(_failed);
            return _results;
        }

        /// <summary>Ends a call that throws.</summary>
        public void Fail(Exception exception) => _pipeline.Fail(_call, _job.Operation, exception, _results.Length - _reported);

        public void Dispose()
        {
            foreach (BatchItem item in _items)
            {
                item.File.Dispose();
            }

            if (_slot is not null)
            {
                _pipeline._batches.Return(_slot);
            }
        }

        private static bool IsCausedByImage(Exception exception)
            => exception is ImageDecodeException or IOException or UnauthorizedAccessException or ArgumentException;

        private BatchItem ItemOf(int index)
        {
            try
            {
                return new BatchItem { Image = _source(index) ?? throw new ArgumentException($"Image {index} is null.") };
            }
            catch (Exception exception) when (IsCausedByImage(exception))
            {
                return new BatchItem { Error = exception };
            }
        }

        /// <summary>Opens and preprocesses an image. If that fails, the item keeps the error.</summary>
        private void Prepare(int position, Span<float> input, PreprocessingScratch scratch)
        {
            BatchItem item = _items[position];
            if (item.Error is not null)
            {
                return;
            }

            bool isRead = false;
            try
            {
                ImageInput image = item.Image!.OpenStream is null
                    ? item.Image.ToInput()
                    : ImageInput.FromMemory(item.File.Span, null, Stopwatch.GetTimestamp() - item.ReadTicks);
                isRead = true;
                using DecodedImage? decoded = image.Open(
                    _pipeline._decoder, _pipeline._decoding, _pipeline._preprocessor.Profile, out PixelView pixels);
                long opened = decoded is null ? image.Start : Stopwatch.GetTimestamp();
                _pipeline._preprocessor.Run(pixels, input, scratch);
                item.Timings = new StageTimings(
                    Stopwatch.GetElapsedTime(image.Start, opened), Stopwatch.GetElapsedTime(opened), default);
            }
            catch (Exception exception) when (!isRead || IsCausedByImage(exception))
            {
                item.Error = exception;
            }
            finally
            {
                item.File.Dispose();
            }
        }

        /// <summary>
        /// Runs the model on a prepared batch and reads the results. Positions of failed images hold an older image, whose outputs are
        /// ignored.
        /// </summary>
        private void Infer(InferenceSlot slot)
        {
            int failed = _items.Count(i => i.Error is not null);
            TimeSpan inference = default;
            if (failed < _items.Length)
            {
                long start = Stopwatch.GetTimestamp();
                slot.Run(_items.Length);
                (int runs, int batch) = _pipeline._singleRuns.AreRequired ? (_items.Length, 1) : (1, _items.Length);
                for (int i = 0; i < runs; i++)
                {
                    _call.Ran(batch);
                }

                inference = Stopwatch.GetElapsedTime(start) / _items.Length;
            }

            for (int i = 0; i < _items.Length; i++)
            {
                BatchItem item = _items[i];
                item.Timings = item.Timings with { Inference = inference };
                if (item.Error is null)
                {
                    _results[_reported + i] = _job.Read(_reported + i, slot, i, item.Timings);
                }
            }

            // Only now, since reading can fail, which fails the whole batch.
            for (int i = 0; i < _items.Length; i++)
            {
                BatchItem item = _items[i];
                if (item.Error is Exception error)
                {
                    _results[_reported + i] = _job.Fail(error);
                    _call.Failed(error);
                    _pipeline.Log(_job.Operation, error, 1);
                }
                else
                {
                    _call.Answered(item.Timings);
                }
            }

            _failed += failed;
        }
    }

    /// <summary>Represents an image of a batch.</summary>
    private sealed class BatchItem
    {
        // Not a property: disposing a copy would leave the buffer to be returned twice.
        public EncodedFile File;

        /// <summary>Gets the image; null if it could not be determined.</summary>
        public InputImage? Image { get; init; }

        /// <summary>Gets or sets the time it took to read the stream, in ticks of <see cref="Stopwatch"/>.</summary>
        public long ReadTicks { get; set; }

        public StageTimings Timings { get; set; }

        public Exception? Error { get; set; }
    }
}
