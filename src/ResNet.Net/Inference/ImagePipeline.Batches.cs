using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace ResNet.Net;

internal sealed partial class ImagePipeline
{
    // Per image that runs concurrently. Others go on while a large image is first in the order.
    private const int WindowFactor = 4;

    /// <summary>Creates the result of one image of a batch from a slot after a run.</summary>
    /// <param name="index">The index of the image in the call.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="position">The position of the image in the slot.</param>
    /// <param name="timings">The timings of the image.</param>
    public delegate TResult ResultReader<TResult>(int index, InferenceSlot slot, int position, StageTimings timings);

    /// <summary>
    /// Gets the number of batches of a sequence that are at most in progress, or completed but not yet consumed. One more may be read.
    /// </summary>
    public int Window => WindowFactor * _concurrency;

    /// <summary>Processes images on all cores. An image that cannot be read or decoded doesn't fail the others.</summary>
    /// <param name="job">What to do with the images.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="source">Returns an image; called once per image, in order, on one thread at a time.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One result per image, in the order of the images.</returns>
    public TResult[] RunBatches<TResult>(
        BatchJob<TResult> job, int count, Func<int, InputImage> source, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        TResult[] results = new TResult[count];
        int batchSize = BatchSize;
        _sessions.Hold();
        BatchCall call = new(this, job.Operation, count);
        IEnumerable<Batch<TResult>> Batches()
        {
            for (int first = 0; first < count; first += batchSize)
            {
                BatchItem[] items = Items(source, first, Math.Min(batchSize, count - first));
                Batch<TResult> batch = new(this, job, call, first, items, cancellationToken);
                batch.ReadStreams();
                yield return batch;
            }
        }

        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = _concurrency, CancellationToken = cancellationToken };
            Parallel.ForEach(
                Partitioner.Create(Batches(), EnumerablePartitionerOptions.NoBuffering),
                options,
                batch => batch.Run().CopyTo(results.AsSpan(batch.First)));
            call.End();
            return results;
        }
        catch (Exception exception)
        {
            Exception cause = exception is AggregateException aggregate ? aggregate.InnerExceptions[0] : exception;
            call.Fail(cause);
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
        finally
        {
            _sessions.Release();
        }
    }

    /// <summary>Processes images as <see cref="RunBatches"/> does, on the thread pool, and reads streams asynchronously.</summary>
    /// <inheritdoc cref="RunBatches"/>
    public async Task<TResult[]> RunBatchesAsync<TResult>(
        BatchJob<TResult> job, int count, Func<int, InputImage> source, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        TResult[] results = new TResult[count];
        int batchSize = BatchSize;
        _sessions.Hold();
        BatchCall call = new(this, job.Operation, count);
        int done = 0;
        IEnumerable<Batch<TResult>> Batches(CancellationToken stopping)
        {
            for (int first = 0; first < count; first += batchSize)
            {
                BatchItem[] items = Items(source, first, Math.Min(batchSize, count - first));
                yield return new Batch<TResult>(this, job, call, first, items, stopping);
            }
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await foreach (TResult[] batch in RunAllAsync(t => Batches(t).ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false))
            {
                batch.CopyTo(results, done);
                done += batch.Length;
            }

            call.End();
            return results;
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            throw;
        }
        finally
        {
            _sessions.Release();
        }
    }

    /// <summary>
    /// Processes a sequence of any length on all cores, in order and in constant memory. The sequence is enumerated on the thread pool, at
    /// most <see cref="Window"/> batches ahead of the results.
    /// </summary>
    /// <param name="job">What to do with the images. Each batch is a call of its own in telemetry.</param>
    /// <param name="images">The images.</param>
    /// <param name="convert">Converts an element of the sequence.</param>
    /// <param name="cancellationToken">Cancels between two images. Batches in progress end before the enumeration does.</param>
    public async IAsyncEnumerable<TResult> RunManyAsync<TImage, TResult>(
        BatchJob<TResult> job,
        IAsyncEnumerable<TImage> images,
        Func<TImage, InputImage> convert,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        async IAsyncEnumerable<Batch<TResult>> Batches([EnumeratorCancellation] CancellationToken stopping = default)
        {
            await foreach (TImage[] chunk in images.Chunk(BatchSize).WithCancellation(stopping).ConfigureAwait(false))
            {
                yield return new Batch<TResult>(this, job, null, 0, Items(i => convert(chunk[i]), 0, chunk.Length), stopping);
            }
        }

        await foreach (TResult[] batch in RunAllAsync(Batches, cancellationToken).ConfigureAwait(false))
        {
            foreach (TResult result in batch)
            {
                yield return result;
            }
        }
    }

    /// <summary>Runs batches concurrently, and returns their results in order.</summary>
    /// <param name="source">Returns the batches, given a token that is canceled when the enumeration ends.</param>
    /// <param name="cancellationToken">Cancels the enumeration.</param>
    private async IAsyncEnumerable<TResult[]> RunAllAsync<TResult>(
        Func<CancellationToken, IAsyncEnumerable<Batch<TResult>>> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<Task<TResult[]>> started = Channel.CreateBounded<Task<TResult[]>>(
            new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });
        Task starting = Task.Run(() => StartAllAsync(source(stopping.Token), started.Writer, stopping.Token), CancellationToken.None);
        try
        {
            while (true)
            {
                TResult[] results;
                try
                {
                    if (!await started.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                    {
                        break;
                    }

                    started.Reader.TryRead(out Task<TResult[]>? batch);
                    results = await batch!.ConfigureAwait(false);
                }
                catch (OperationCanceledException exception) when (exception.CancellationToken == stopping.Token)
                {
                    // Callers compare the token with theirs.
                    throw new OperationCanceledException(exception.Message, exception, cancellationToken);
                }

                yield return results;
            }
        }
        finally
        {
            // After an error, or if the caller stops early: no image may be in use when the enumeration ends.
            await stopping.CancelAsync().ConfigureAwait(false);
            await starting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (started.Reader.TryRead(out Task<TResult[]>? batch))
            {
                await ((Task)batch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Starts each batch when it is its turn and there is room for its results.</summary>
    private async Task StartAllAsync<TResult>(
        IAsyncEnumerable<Batch<TResult>> batches, ChannelWriter<Task<TResult[]>> started, CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            await foreach (Batch<TResult> batch in batches.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                Task<TResult[]> run = await StartAsync(batch, cancellationToken).ConfigureAwait(false);
                try
                {
                    await started.WriteAsync(run, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    await ((Task)run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    throw;
                }
            }
        }
        catch (Exception exception)
        {
            error = exception;
        }

        started.Complete(error);
    }

    /// <summary>Waits for a core, reads the streams of a batch, and starts to process it.</summary>
    /// <returns>A task that ends when the streams are read, with the task that ends when the batch is processed.</returns>
    private async Task<Task<TResult[]>> StartAsync<TResult>(Batch<TResult> batch, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await batch.ReadStreamsAsync().ConfigureAwait(false);
        }
        catch
        {
            _turns.Release();
            throw;
        }

        return Task.Run(
            () =>
            {
                try
                {
                    return batch.Run();
                }
                finally
                {
                    _turns.Release();
                }
            },
            CancellationToken.None);
    }
}

/// <summary>Describes what to do with the images of a batch.</summary>
/// <param name="Operation">The name of the operation in telemetry.</param>
/// <param name="Read">Creates the result of an image that succeeded.</param>
/// <param name="Fail">Creates the result of an image that failed.</param>
internal sealed record BatchJob<TResult>(
    Operation Operation, ImagePipeline.ResultReader<TResult> Read, Func<Exception, TResult> Fail);
