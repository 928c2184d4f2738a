using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Extensions;

/// <summary>Loads the classifier in the background, and retries until it is loaded. Startup doesn't wait for it.</summary>
internal sealed class ClassifierLoader(ClassifierProvider provider, TimeProvider time) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Stops waiting before it stops loading, so that the canceled load isn't retried.
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        provider.StopLoading();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (provider.Settings.LoadAtStart && !stoppingToken.IsCancellationRequested)
        {
            // The provider logs failures, the health check reports them, and GetAsync throws them.
            Task<ResNetClassifier> attempt = provider.GetAsync(stoppingToken);
            await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCompletedSuccessfully)
            {
                return;
            }

            await Task.Delay(provider.RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
