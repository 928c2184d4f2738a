using System.Net;

namespace ResNet.Net.Orleans;

/// <summary>Represents the options of a silo: a process of a cluster.</summary>
public sealed record ResNetClusterOptions
{
    /// <summary>The default of <see cref="Port"/> with PostgreSQL.</summary>
    public const int DefaultPort = 11111;

    /// <summary>
    /// Gets the address at which other silos reach this one, and at which it listens. The default is this machine's first IPv4 address
    /// with PostgreSQL, and the loopback address with SQLite, whose silos are on one machine.
    /// </summary>
    /// <remarks>Connections between silos have no authentication. Only the machines of the cluster may reach the port.</remarks>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// Gets the port that other silos reach; 0 selects a free port. The default is <see cref="DefaultPort"/> with PostgreSQL, and a free
    /// port with SQLite.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>
    /// Gets whether this silo classifies images; the default is <see langword="true"/>. Without a worker, it can still use
    /// <see cref="IJobGrain"/>.
    /// </summary>
    public bool HasWorker { get; init; } = true;

    /// <summary>
    /// Gets the options of the worker. <see cref="ShardWorkerOptions.StopWhenIdle"/> has no effect, and log events go to the host's
    /// factory unless <see cref="ShardWorkerOptions.LoggerFactory"/> is set.
    /// </summary>
    public ShardWorkerOptions Worker { get; init; } = new();

    /// <summary>
    /// Gets the models of this machine, which stay with the caller; <see langword="null"/> for a <see cref="JobModelProvider"/> with its
    /// default options.
    /// </summary>
    public IJobModelProvider? Models { get; init; }

    /// <summary>Gets the options of the sources of images; <see langword="null"/> for the defaults.</summary>
    public ImageSourceOptions? Sources { get; init; }

    internal void Validate()
    {
        if (Port is int port)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(port, IPEndPoint.MinPort, nameof(Port));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort, nameof(Port));
        }

        Worker.Validate();
    }
}
