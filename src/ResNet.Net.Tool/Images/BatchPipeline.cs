using System.Runtime.CompilerServices;

namespace ResNet.Net.Samples.Support;

/// <summary>Works on two batches of pictures at a time: one is decoded while the model runs on the other.</summary>
internal static class TwoAtOnce
{
    /// <param name="batches">The batches; taken when their turn comes.</param>
    /// <param name="work">Runs a batch; called from two threads at once.</param>
    /// <param name="cancellationToken">Begins no further batch; those that have begun still give their result.</param>
    /// <returns>The results in the order of the batches.</returns>
    public static async IAsyncEnumerable<TResult> RunAsync<TBatch, TResult>(IEnumerable<TBatch> batches, Func<TBatch, TResult> work, [EnumeratorCancellation] CancellationToken cancellationToken)
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
