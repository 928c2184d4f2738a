using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Server.Tests;

/// <summary>A server on free ports of the loopback interface, with a client for each transport.</summary>
internal sealed class ServerHost : IAsyncDisposable
{
    public const string Model = "cifar10";

    private ServerHost(WebApplication application, RecordingLoggers logs, HttpMessageHandler handler)
    {
        Application = application;
        Logs = logs;
        string[] addresses = [.. application.Urls];
        Address = new Uri(addresses[0]);
#pragma warning disable RS0030 // test client
        Http = new HttpClient(handler) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
#pragma warning restore RS0030
        Grpc = GrpcChannel.ForAddress(addresses[^1], new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    public WebApplication Application { get; }

    public RecordingLoggers Logs { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public GrpcChannel Grpc { get; }

    /// <summary>Gets the number of images in the queue of the first model.</summary>
    public int QueueLength => Application.Services.GetRequiredService<ModelCatalog>().All[0].GetRunner().QueueLength;

    /// <summary>Starts a server with the embedded model.</summary>
    /// <param name="configure">Configures the server.</param>
    /// <param name="models">Adds models; null for the embedded one with activation maps.</param>
    /// <param name="waitUntilReady">Whether to wait until all models are ready.</param>
    public static async Task<ServerHost> StartAsync(
        Action<ResNetServerOptions>? configure = null, Action<ResNetServerBuilder>? models = null, bool waitUntilReady = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        RecordingLoggers logs = new();
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        ResNetServerBuilder server = builder.Services.AddResNetServer(options =>
        {
            options.GrpcPort = 0;
            options.MaxQueueTime = TimeSpan.FromMinutes(1);
            configure?.Invoke(options);
        });
        (models ?? (s => s.AddModel(Model, ResNetVariant.Cifar10ResNet20, settings => settings.ActivationMaps = true)))(server);
        WebApplication application = builder.Build();
        application.MapResNetServer();
        await application.StartAsync();
        ServerHost host = new(application, logs, new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });
        if (waitUntilReady)
        {
            await host.UntilReadyAsync();
        }

        return host;
    }

    public async Task UntilReadyAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while ((await Http.GetAsync("/v2/health/ready", limit.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>Gets or sets what lets the requests in progress end.</summary>
    public Action? BeforeDispose { get; set; }

    public async ValueTask DisposeAsync()
    {
        BeforeDispose?.Invoke();
        Grpc.Dispose();
        Http.Dispose();
        await Application.DisposeAsync();
    }
}

/// <summary>A server that several test classes share; they change nothing.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal ServerHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await ServerHost.StartAsync();

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedServerGroup : ICollectionFixture<SharedServer>
{
    public const string Name = "shared server";
}
