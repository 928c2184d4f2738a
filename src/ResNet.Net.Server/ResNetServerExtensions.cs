using Grpc.AspNetCore.Server;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using ResNet.Net;
using ResNet.Net.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a server of classifiers to an ASP.NET Core application.</summary>
public static class ResNetServerExtensions
{
    private const string OpenApiDocument = "v1";

    // In bytes, for services whose messages are names. Their memory is not counted.
    private const int MaxSmallMessage = 4096;

    /// <summary>Adds the server with settings and models from the configuration.</summary>
    /// <remarks>
    /// The section <c>Server</c> has the properties of <see cref="ResNetServerOptions"/>. The section <c>Models</c> has one section per
    /// model, with the properties of <see cref="ResNet.Net.Extensions.ResNetClassifierSettings"/>, or a section <c>Versions</c> of them.
    /// An unknown key is an error at startup.
    /// </remarks>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The configuration section, such as <c>builder.Configuration.GetSection("ResNet")</c>.</param>
    /// <returns>A builder that adds further models.</returns>
    /// <exception cref="InvalidOperationException">A section is invalid, or the server has already been added.</exception>
    public static ResNetServerBuilder AddResNetServer(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        const string Server = "Server", Models = "Models";
        if (section.GetChildren().FirstOrDefault(c => !IsKey(c, Server) && !IsKey(c, Models)) is IConfigurationSection unknown)
        {
            throw new InvalidOperationException(
                $"The configuration has the unknown key '{unknown.Path}'. The sections of the server are {Server} and {Models}.");
        }

        IConfigurationSection settings = section.GetSection(Server);
        ResNetServerBuilder builder = services.AddResNetServer(
            options => settings.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        builder.AddModels(section.GetSection(Models));
        return builder;
    }

    /// <summary>Adds the server with settings from code.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Configures the server; <see langword="null"/> for the defaults.</param>
    /// <returns>A builder that adds models. The server needs at least one.</returns>
    /// <exception cref="InvalidOperationException">The server has already been added.</exception>
    public static ResNetServerBuilder AddResNetServer(this IServiceCollection services, Action<ResNetServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(s => s.ServiceType == typeof(ServerState)))
        {
            throw new InvalidOperationException("The server has already been added. Add further models to its builder.");
        }

        services.AddOptions<ResNetServerOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ResNetServerOptions>, OptionsValidator>();
        services.AddSingleton<ServerState>();
        services.AddSingleton<MemoryBudget>();
        services.AddSingleton<ApiKeyCheck>();
        services.AddSingleton<ClientRateLimiter>();
        services.AddSingleton<OriginCheck>();
        services.AddSingleton<ServerTelemetry>();
        services.AddSingleton<ServedModels>();
        services.AddSingleton(p => p.GetRequiredService<ServedModels>().Catalog);
        services.AddSingleton<ServerMiddleware>();
        services.AddSingleton<ProtocolEndpoints>();
        services.AddSingleton<ImageEndpoints>();
        services.AddSingleton<BrowserModels>();
        services.AddSingleton<InferenceService>();
        services.AddSingleton<HealthService>();
        services.AddHostedService<ServerLifetime>();
        services.AddSingleton<KestrelSetup>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(p => p.GetRequiredService<KestrelSetup>());
        services.AddSingleton<IStartupFilter>(p => p.GetRequiredService<KestrelSetup>());
        services.AddGrpc()
            .AddServiceOptions<HealthService>(static grpc => grpc.MaxReceiveMessageSize = MaxSmallMessage)
            .AddServiceOptions<ReflectionServiceImpl>(static grpc => ConfigureReflection(grpc))
            .AddServiceOptions<ReflectionV1ServiceImpl>(static grpc => ConfigureReflection(grpc));
        services.AddGrpcReflection();
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<ResNetServerOptions>>(
            static (grpc, options) => grpc.MaxReceiveMessageSize = options.Value.MaxRequestBytes);
        services.AddOpenApi(OpenApiDocument, OpenApiSetup.Configure);
        services.ConfigureHttpJsonOptions(static json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Add(ProtocolJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Add(PageJson.Default);
        });
        services.AddOpenTelemetry().WithMetrics(static metrics => metrics
            .AddMeter(ResNetTelemetry.MeterName, ServerTelemetry.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddPrometheusExporter());
        return new ResNetServerBuilder(services);
    }

    /// <summary>
    /// Maps the endpoints of the server and adds the middleware that protects them. Other endpoints of the application are not affected.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException">The server has not been added.</exception>
    public static WebApplication MapResNetServer(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        ServerMiddleware middleware = app.Services.GetService<ServerMiddleware>()
            ?? throw new InvalidOperationException("The server has not been added. Call builder.Services.AddResNetServer first.");
        ResNetServerOptions options = app.Services.GetRequiredService<IOptions<ResNetServerOptions>>().Value;
        app.Use(next => context => middleware.InvokeAsync(context, next));
        app.Services.GetRequiredService<ProtocolEndpoints>().Map(app);
        app.Services.GetRequiredService<ImageEndpoints>().Map(app);
        ServerEndpoint description = new(null, ErrorForm.Problem);
        ServerEndpoint probe = new(null, ErrorForm.Grpc) { IsOpen = true };
        app.MapGrpcService<InferenceService>().WithMetadata(new ServerEndpoint("grpc", ErrorForm.Grpc) { TakesBody = true });
        app.MapGrpcService<HealthService>().WithMetadata(probe);
        app.MapGrpcReflectionService().WithMetadata(new ServerEndpoint(null, ErrorForm.Grpc));
        if (options.OpenApi)
        {
            app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(description);
        }

        if (options.Metrics)
        {
            app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(description);
        }

        if (options.Page)
        {
            PageFiles.Map(app, options);
        }

        return app;
    }

    private static bool IsKey(IConfigurationSection section, string key) => section.Key.Equals(key, StringComparison.OrdinalIgnoreCase);

    private static void ConfigureReflection(GrpcServiceOptions options)
    {
        options.MaxReceiveMessageSize = MaxSmallMessage;
        options.Interceptors.Add<MalformedMessageInterceptor>();
    }
}
