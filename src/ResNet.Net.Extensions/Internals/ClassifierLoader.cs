using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Extensions.Internals;

/// <summary>Has the classifier loaded while the application starts and serves, until it is there. Start-up does not wait for it.</summary>
internal sealed class ClassifierLoader(ClassifierProvider provider, TimeProvider time) : BackgroundService
{
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // First the waiting, then the loading: else it would be tried again.
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        provider.StopLoading();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (provider.Settings.LoadAtStart && !stoppingToken.IsCancellationRequested)
        {
            // What fails is logged by the provider, shown by the health check, and thrown to whoever asks for the classifier.
            Task<ResNetClassifier> attempt = provider.GetAsync(stoppingToken);
            await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCompletedSuccessfully)
            {
                return;
            }

            await Task.Delay(provider.Cooling, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
