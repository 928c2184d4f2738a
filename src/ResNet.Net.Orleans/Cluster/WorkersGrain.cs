using System.Diagnostics;

namespace ResNet.Net.Orleans;

/// <summary>Knows the workers by their reports.</summary>
internal sealed class WorkersGrain : Grain, IWorkersGrain
{
    /// <summary>The time between two reports of a worker.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (IWorkerObserver Worker, WorkerRate Rate, long At)> _workers = [];

    public Task ReportAsync(IWorkerObserver worker, WorkerRate rate)
    {
        _workers[rate.Name] = (worker, rate, Stopwatch.GetTimestamp());
        return Task.CompletedTask;
    }

    public Task<List<WorkerRate>> GetRatesAsync()
    {
        RemoveSilent();
        return Task.FromResult(_workers.Values.Select(w => w.Rate).OrderBy(r => r.Name, StringComparer.Ordinal).ToList());
    }

    public Task WakeAsync()
    {
        RemoveSilent();
        foreach ((IWorkerObserver worker, _, _) in _workers.Values)
        {
            // Not awaited: a worker that can't be reached finds the shard by itself.
            worker.WakeAsync().Ignore();
        }

        return Task.CompletedTask;
    }

    private void RemoveSilent()
    {
        foreach (string name in _workers.Where(w => Stopwatch.GetElapsedTime(w.Value.At) > Lifetime).Select(w => w.Key).ToArray())
        {
            _workers.Remove(name);
        }
    }
}
