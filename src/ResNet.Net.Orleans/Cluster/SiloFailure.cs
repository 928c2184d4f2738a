using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>
/// Stops the application when Orleans can't go on, for example because the other silos declared this one dead. Orleans itself would end
/// the process at once; here, the worker completes its shard first.
/// </summary>
internal sealed class SiloFailure(IHostApplicationLifetime lifetime, ILoggerFactory loggers) : IFatalErrorHandler, IHostedService
{
    private readonly ILogger _log = loggers.CreateLogger<SiloFailure>();
    private string? _reason;

    public bool IsUnexpected(Exception exception) => true;

    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        string reason = context is { Length: > 0 } ? context : exception?.Message ?? "unknown";
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _log.SiloEnded(reason, exception);
            lifetime.StopApplication();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets the application end with an error, so that what supervises the process starts it again.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _reason is null
        ? Task.CompletedTask
        : Task.FromException(new ResNetException($"The silo left the cluster: {_reason} Start the process again."));
}
