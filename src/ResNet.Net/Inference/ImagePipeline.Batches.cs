using System.Runtime.CompilerServices;

namespace ResNet.Net;

internal sealed partial class ImagePipeline
{
    /// <summary>Creates the result of one image of a batch from a slot after a run.</summary>
    /// <param name="index">The index of the image in the call.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="position">The position of the image in the slot.</param>
    /// <param name="timings">The timings of the image.</param>
    public delegate TResult ResultReader<TResult>(int index, InferenceSlot slot, int position, StageTimings timings);

    /// <summary>Processes images in batches, in order. An image that cannot be read or decoded doesn't fail the others.</summary>
    /// <param name="job">What to do with the images.</param>
    /// <param name="count">The number of images.</param>
    /// <param name="source">Returns an image; called once per image, in order, on one thread at a time.</param>
    /// <param name="cancellationToken">Cancels between two images. A run of the model that has started completes.</param>
    /// <returns>One result per image, in the order of the images.</returns>
    public TResult[] RunBatches<TResult>(
        BatchJob<TResult> job, int count, Func<int, InputImage> source, CancellationToken cancellationToken)
    {
        using BatchCall<TResult> call = new(this, job, count, source, cancellationToken);
        try
        {
            while (call.MoveNext())
            {
                call.ReadStreams();
                call.Run();
            }

            return call.End();
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            throw;
        }
    }

    /// <summary>Processes images as <see cref="RunBatches"/> does, on the thread pool, and reads streams asynchronously.</summary>
    /// <inheritdoc cref="RunBatches"/>
    public async Task<TResult[]> RunBatchesAsync<TResult>(
        BatchJob<TResult> job, int count, Func<int, InputImage> source, CancellationToken cancellationToken)
    {
        using BatchCall<TResult> call = new(this, job, count, source, cancellationToken);
        try
        {
            while (call.MoveNext())
            {
                await call.ReadStreamsAsync().ConfigureAwait(false);
                await Task.Run(call.Run, CancellationToken.None).ConfigureAwait(false);
            }

            return call.End();
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            throw;
        }
    }

    /// <summary>
    /// Processes a sequence of any length, in order and in constant memory. Two batches run at a time, so that one is decoded while the
    /// model runs on the other. The sequence is enumerated only as fast as the results are.
    /// </summary>
    /// <param name="job">What to do with the images. Each batch is a call of its own.</param>
    /// <param name="images">The images.</param>
    /// <param name="convert">Converts an element of the sequence.</param>
    /// <param name="cancellationToken">Cancels between two images. Batches in progress end before the enumeration does.</param>
    public async IAsyncEnumerable<TResult> RunManyAsync<TImage, TResult>(
        BatchJob<TResult> job,
        IAsyncEnumerable<TImage> images,
        Func<TImage, InputImage> convert,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int MostRunning = 2;
        ThrowIfDisposed();
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Queue<Task<TResult[]>> running = new();
        try
        {
            await foreach (TImage[] batch in images.Chunk(BatchSize).WithCancellation(stopping.Token).ConfigureAwait(false))
            {
                BatchCall<TResult> call = new(this, job, batch.Length, i => convert(batch[i]), stopping.Token);
                running.Enqueue(await StartAsync(call).ConfigureAwait(false));
                if (running.Count == MostRunning)
                {
                    foreach (TResult result in await running.Dequeue().ConfigureAwait(false))
                    {
                        yield return result;
                    }
                }
            }

            while (running.TryDequeue(out Task<TResult[]>? last))
            {
                foreach (TResult result in await last.ConfigureAwait(false))
                {
                    yield return result;
                }
            }
        }
        finally
        {
            // After an error, or if the caller stops early: no image may be in use when the enumeration ends.
            await stopping.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads the streams of a call with one batch, and starts to process it.</summary>
    /// <returns>A task that ends when the streams are read, with the task that ends when the batch is processed.</returns>
    private static async Task<Task<TResult[]>> StartAsync<TResult>(BatchCall<TResult> call)
    {
        try
        {
            _ = call.MoveNext();
            await call.ReadStreamsAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            call.Dispose();
            throw;
        }

        return Task.Run(() =>
        {
            using (call)
            {
                try
                {
                    call.Run();
                    return call.End();
                }
                catch (Exception exception)
                {
                    call.Fail(exception);
                    throw;
                }
            }
        });
    }
}

/// <summary>Describes what to do with the images of a batch.</summary>
/// <param name="Operation">The name of the operation in telemetry.</param>
/// <param name="Read">Creates the result of an image that succeeded.</param>
/// <param name="Fail">Creates the result of an image that failed.</param>
internal sealed record BatchJob<TResult>(
    Operation Operation, ImagePipeline.ResultReader<TResult> Read, Func<Exception, TResult> Fail);
