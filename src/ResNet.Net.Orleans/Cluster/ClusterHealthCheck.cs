using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ResNet.Net.Orleans;

/// <summary>Whether the silo is in the cluster, its worker runs and the database answers.</summary>
internal sealed class ClusterHealthCheck(JobStore store, ISiloStatusOracle silo, WorkerService? worker = null) : IHealthCheck
{
    private static readonly TimeSpan DatabaseTime = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (silo.CurrentStatus != SiloStatus.Active)
        {
            return Unhealthy($"The silo is {silo.CurrentStatus}.");
        }

        if (worker?.Failure is string failure)
        {
            return Unhealthy($"The worker does not run: {failure}");
        }

        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(DatabaseTime);
        try
        {
            await store.PingAsync(time.Token).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (Exception exception) when (exception is JobStoreException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Unhealthy($"The database {store.Name} does not answer.");
        }

        HealthCheckResult Unhealthy(string reason) => new(context.Registration.FailureStatus, reason);
    }
}
