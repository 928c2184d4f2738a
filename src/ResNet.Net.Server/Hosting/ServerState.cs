using Microsoft.Extensions.Hosting;

namespace ResNet.Net.Server;

/// <summary>Tells whether the server is shutting down.</summary>
internal sealed class ServerState
{
    private volatile bool _draining;

    public ServerState(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.Register(() => _draining = true);

    /// <summary>Gets whether the server was told to stop. It still answers, but reports that it is not ready.</summary>
    public bool IsDraining => _draining;
}
