using System.Runtime.CompilerServices;

namespace ResNet.Net.Tool.Images;

/// <summary>Processes two batches at a time: one is decoded while the model runs on the other.</summary>
internal static class BatchPipeline
{
    /// <param name="batches">The batches; enumerated lazily.</param>
    /// <param name="work">Processes a batch; called from two threads concurrently.</param>
    /// <param name="cancellationToken">Starts no further batch; running batches still return their results.</param>
    /// <returns>The results in the order of the batches.</returns>
    public static async IAsyncEnumerable<TResult> RunAsync<TBatch, TResult>(
        IEnumerable<TBatch> batches, Func<TBatch, TResult> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Task<TResult>? running = null;
        foreach (TBatch batch in batches)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            Task<TResult> next = Task.Run(() => work(batch), CancellationToken.None);
            if (running is not null)
            {
                yield return await running;
            }

            running = next;
        }

        if (running is not null)
        {
            yield return await running;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
