namespace ResNet.Net.Orleans;

/// <summary>Answers from the database, whose calls run on the thread pool.</summary>
internal sealed class JobGrain(JobStore store) : Grain, IJobGrain
{
    private JobId Id => new(this.GetPrimaryKeyLong());

    private IWorkersGrain Workers => GrainFactory.GetGrain<IWorkersGrain>(0);

    public Task NotifyAsync() => Workers.WakeAsync();

    public async Task<JobProgress> GetProgressAsync()
    {
        JobStatus status = await store.GetStatusAsync(Id);
        return new JobProgress
        {
            State = status.State,
            Images = status.Images,
            Completed = status.Completed,
            Failed = status.Failed,
            ImagesPerSecond = status.ImagesPerSecond,
            Remaining = status.Remaining,
            Workers = await Workers.GetRatesAsync(),
        };
    }

    public Task<bool> CancelAsync() => store.CancelJobAsync(Id);

    public async Task<long> RetryFailuresAsync()
    {
        long count = await store.RetryFailuresAsync(Id);
        if (count > 0)
        {
            await Workers.WakeAsync();
        }

        return count;
    }
}
