using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ResNet.Net.Server;

/// <summary>Reports when all models are ready, and delays the shutdown so that load balancers notice it.</summary>
internal sealed class ServerLifetime(
    ModelCatalog models,
    IServer server,
    IHostApplicationLifetime lifetime,
    IOptions<ResNetServerOptions> options,
    ILogger<ServerLifetime> log)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        IEnumerable<string> addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (string address in addresses.Where(a => options.Value.ApiKeys.Count == 0 && !IsLocal(a)))
        {
            log.OpenAddress(address);
        }

        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Readiness ends now; connections are accepted until the delay has passed.
        lifetime.StopApplication();
        log.DrainStarted(options.Value.ShutdownDelay.TotalSeconds);
        await Task.Delay(options.Value.ShutdownDelay, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host may be disposed without being stopped, if it cannot start. An exception here would be logged as an error.
        while (!stoppingToken.IsCancellationRequested && !models.IsReady)
        {
            await Task.Delay(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        log.AllModelsReady(string.Join(", ", models.All.Select(m => $"{m.Name}/{m.Version}")));
    }

    /// <summary>Returns whether only this machine reaches an address: a loopback address, a socket or a pipe.</summary>
    private static bool IsLocal(string address)
        => (Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.IsLoopback)
            || BindingAddress.Parse(address) is { IsUnixPipe: true } or { IsNamedPipe: true };
}
