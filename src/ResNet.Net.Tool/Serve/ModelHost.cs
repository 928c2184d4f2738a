using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Serve;

/// <summary>Builds the application that serves models, and prints its addresses.</summary>
internal static class ModelHost
{
    public const string DefaultUrls = "http://localhost:8000";
    public const int DefaultGrpcPort = 8001;

    private const string UrlsKey = "urls";

    /// <summary>Loads the models and creates the application.</summary>
    /// <param name="settings">A JSON file, overridden by the environment and by <paramref name="overrides"/>; may be null.</param>
    /// <param name="overrides">Settings that take precedence over everything else.</param>
    /// <param name="models">The models. If empty, the configured models; if there are none, the embedded model.</param>
    /// <param name="load">Loads a model.</param>
    public static async Task<WebApplication> CreateAsync(
        SettingsFile? settings,
        Dictionary<string, string?> overrides,
        IReadOnlyList<ServedModelName> models,
        Func<ServedModelName, Task<ResNetClassifier>> load)
    {
        // Not the current folder, whose appsettings.json may belong to another application.
        WebApplicationBuilder builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        settings?.AddTo(builder.Configuration);

        builder.Configuration.AddInMemoryCollection(overrides);
        builder.Configuration[UrlsKey] ??= DefaultUrls;
        IConfigurationSection section = builder.Configuration.GetSection("ResNet");
        ResNetServerBuilder server = builder.Services.AddResNetServer(section);
        builder.Services.Configure<ResNetServerOptions>(options => options.GrpcPort ??= DefaultGrpcPort);
        if (models.Count == 0 && !section.GetSection("Models").GetChildren().Any())
        {
            models = [ServedModelName.Embedded];
        }

        foreach (ServedModelName model in models)
        {
            ResNetClassifier classifier = await load(model);
            server.AddModel(model.Name, (_, _) => Task.FromResult(classifier));
            Terminal.Out.WriteLine($"{model.Name}: {classifier.ModelName}, {Quantity.Of(classifier.Labels.Count, "class", "classes")}");
        }

        // Requests are counted in the metrics, not logged one by one. Failures to start are messages of the command.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);

        // Errors of addresses that don't exist have a body, too.
        builder.Services.AddProblemDetails();
        WebApplication app = builder.Build();
        app.UseStatusCodePages();
        app.MapResNetServer();
        return app;
    }

    /// <summary>Prints the addresses, with the ports that the system has chosen.</summary>
    public static void PrintAddresses(WebApplication app)
    {
        string[] addresses = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

        // The endpoint of gRPC comes last, unless the settings have endpoints of their own.
        bool hasGrpc = !app.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
        foreach (string address in hasGrpc ? addresses[..^1] : addresses)
        {
            Terminal.Out.WriteLine($"Now listening on: {address}");
        }

        if (hasGrpc)
        {
            Terminal.Out.WriteLine($"gRPC: {addresses[^1]}");
        }

        Terminal.Out.WriteLine("Press Ctrl+C to stop.");
    }
}
