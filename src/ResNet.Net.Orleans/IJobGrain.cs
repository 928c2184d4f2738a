namespace ResNet.Net.Orleans;

/// <summary>
/// Represents a job for programs that run in the cluster. Its key is the number of the <see cref="JobId"/>. It keeps no state: the database
/// has all of it, so that a job needs no grain, and a second activation does no harm.
/// </summary>
/// <example>
/// <code>
/// ClassificationJob job = await store.CreateJobAsync(request, images);
/// await grains.GetGrain&lt;IJobGrain&gt;(job.Id.Value).NotifyAsync();
/// </code>
/// </example>
[Alias("ResNet.Net.Job")]
public interface IJobGrain : IGrainWithIntegerKey
{
    /// <summary>Lets all idle workers of the cluster look for shards now. Without it, they look every second.</summary>
    /// <returns>A task that ends when the workers are told.</returns>
    [Alias("Notify")]
    Task NotifyAsync();

    /// <summary>Gets the progress of the job, and the workers of the cluster with their rates.</summary>
    /// <returns>The progress.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    [Alias("GetProgress")]
    Task<JobProgress> GetProgressAsync();

    /// <summary>Cancels the job, as <see cref="JobStore.CancelJobAsync"/> does.</summary>
    /// <returns>Whether the job was still open.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    [Alias("Cancel")]
    Task<bool> CancelAsync();

    /// <summary>Lets workers classify the failed images again, as <see cref="JobStore.RetryFailuresAsync"/> does.</summary>
    /// <returns>The number of images that are classified again.</returns>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    /// <exception cref="InvalidOperationException">The job is canceled.</exception>
    [Alias("RetryFailures")]
    Task<long> RetryFailuresAsync();
}
