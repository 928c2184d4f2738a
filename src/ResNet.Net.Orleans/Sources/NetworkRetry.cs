namespace ResNet.Net.Orleans;

/// <summary>Repeats what failed on a network, with growing pauses.</summary>
internal static class NetworkRetry
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <param name="options">The number of retries, and the time of each attempt.</param>
    /// <param name="attempt">The work. Its token is canceled when its time is over.</param>
    /// <param name="isTransient">Whether the same work can succeed later, besides a time-out.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public static async Task<T> RunAsync<T>(
        ImageSourceOptions options,
        Func<CancellationToken, Task<T>> attempt,
        Func<Exception, bool> isTransient,
        CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(200);
        for (int i = 0; ; i++)
        {
            using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            time.CancelAfter(options.Timeout);
            TimeSpan? wanted;
            try
            {
                return await attempt(time.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (i == options.Retries)
                {
                    throw new TimeoutException($"No answer within {options.Timeout.TotalSeconds:0.#} seconds.", exception);
                }

                wanted = null;
            }
            catch (Exception exception) when (i < options.Retries && isTransient(exception) && !cancellationToken.IsCancellationRequested)
            {
                wanted = (exception as HttpStatusException)?.RetryAfter;
            }

            // Random, so that many readers don't return at once.
            TimeSpan own = pause * (0.5 + (Random.Shared.NextDouble() / 2));
            TimeSpan delay = wanted ?? own;
            await Task.Delay(delay < LongestPause ? delay : LongestPause, cancellationToken).ConfigureAwait(false);
            pause *= 2;
        }
    }
}
