namespace ResNet.Net.Orleans;

/// <summary>The worker of a silo, as the cluster sees it.</summary>
internal interface IWorkerObserver : IGrainObserver
{
    /// <summary>Lets the worker look for shards now.</summary>
    Task WakeAsync();
}
