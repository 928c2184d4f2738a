namespace ResNet.Net.Orleans;

/// <summary>The workers of the cluster that report. Lost with its silo, and complete again after their next reports.</summary>
internal interface IWorkersGrain : IGrainWithIntegerKey
{
    Task ReportAsync(IWorkerObserver worker, WorkerRate rate);

    Task<List<WorkerRate>> GetRatesAsync();

    Task WakeAsync();
}
