using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using ResNet.Net.Orleans;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a silo that classifies images to an application.</summary>
public static class ResNetClusterExtensions
{
    private const string Name = "resnet";

    /// <summary>
    /// Adds a silo to an application: a worker for the jobs of a store, <see cref="IJobGrain"/>, and the health check
    /// <c>resnet-cluster</c>. The silos of a store find each other through its database.
    /// </summary>
    /// <remarks>
    /// When the application stops, the worker completes its shard within <see cref="ShardWorkerOptions.StopTime"/> or gives it back. A
    /// silo that the others declare dead, because it didn't answer for a while, stops its application: the call that stops the host, such
    /// as <c>RunAsync</c>, throws <see cref="ResNet.Net.ResNetException"/>, and the process must be started again.
    /// </remarks>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">The builder of the application.</param>
    /// <param name="store">The store. It stays with the caller, who disposes it after the application ends.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <example>
    /// <code>
    /// await using JobStore store = await JobStore.OpenAsync("jobs.db");
    /// HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
    /// builder.AddResNetCluster(store);
    /// await builder.Build().RunAsync();
    /// </code>
    /// </example>
    public static TBuilder AddResNetCluster<TBuilder>(this TBuilder builder, JobStore store, ResNetClusterOptions? options = null)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseOrleans(silo => silo.AddResNetCluster(store, options));
        return builder;
    }

    /// <summary>
    /// Adds a worker for the jobs of a store, <see cref="IJobGrain"/>, and the health check <c>resnet-cluster</c> to a silo that the caller
    /// configures further. The silos of a store find each other through its database.
    /// </summary>
    /// <remarks>
    /// The application stops as with <see cref="AddResNetCluster{TBuilder}(TBuilder, JobStore, ResNetClusterOptions?)"/>.
    /// </remarks>
    /// <param name="silo">The builder of the silo.</param>
    /// <param name="store">The store. It stays with the caller, who disposes it after the application ends.</param>
    /// <param name="options">The options; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static ISiloBuilder AddResNetCluster(this ISiloBuilder silo, JobStore store, ResNetClusterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(store);
        options ??= new ResNetClusterOptions();
        options.Validate();
        bool isLocal = store is SqliteJobStore;
        IPAddress address = options.Address ?? (isLocal ? IPAddress.Loopback : FirstAddress());
        int port = options.Port ?? (isLocal ? 0 : ResNetClusterOptions.DefaultPort);
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Name, Name));

        // Silos and their workers have the same names.
        silo.Configure<SiloOptions>(names => names.SiloName = options.Worker.Name ?? ShardWorker.DefaultName);
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = address;
            endpoint.SiloPort = port > 0 ? port : FreePort(address);

            // No port for Orleans' clients: programs outside the cluster use the database.
            endpoint.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(membership => membership.IAmAliveTablePublishTimeout = JobStore.SiloReportInterval);
        silo.Services.AddSingleton(store);
        silo.Services.AddSingleton<IMembershipTable, MembershipTable>();
        silo.Services.AddSingleton<SiloFailure>();
        silo.Services.AddSingleton<IFatalErrorHandler>(services => services.GetRequiredService<SiloFailure>());
        silo.Services.AddHostedService(services => services.GetRequiredService<SiloFailure>());
        if (options.HasWorker)
        {
            silo.Services.AddSingleton(services => new WorkerService(
                store, options, services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<ILoggerFactory>()));
            silo.Services.AddHostedService(services => services.GetRequiredService<WorkerService>());
        }

        silo.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "resnet-cluster",
            services => new ClusterHealthCheck(
                store, services.GetRequiredService<ISiloStatusOracle>(), services.GetService<WorkerService>()),
            failureStatus: null,
            tags: null));
        return silo;
    }

    // Networks with a gateway first: others are often bridges of containers.
    private static IPAddress FirstAddress()
        => NetworkInterface.GetAllNetworkInterfaces()
            .Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(n => n.GetIPProperties())
            .OrderByDescending(p => p.GatewayAddresses.Count)
            .SelectMany(p => p.UnicastAddresses.Select(a => a.Address))
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;

    private static int FreePort(IPAddress address)
    {
        using TcpListener listener = new(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
