using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Extensions;

/// <summary>Loads a model in the background, and retries until it is loaded. Startup doesn't wait for it.</summary>
internal sealed class ModelLoader(IModelLoading model, TimeProvider time) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Stops waiting before it stops loading, so that the canceled load isn't retried.
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        model.StopLoading();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (model.Settings.LoadAtStart && !stoppingToken.IsCancellationRequested)
        {
            // The provider logs failures, the health check reports them, and all callers get them.
            Task attempt = model.LoadAsync(stoppingToken);
            await attempt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCompletedSuccessfully)
            {
                return;
            }

            await Task.Delay(model.RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
