using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Serve;

/// <summary><c>resnet serve</c>: serves a model over HTTP and gRPC.</summary>
internal static class ServeCommand
{
    private const string DefaultUrls = "http://localhost:8000";
    private const int DefaultGrpcPort = 8001;

    public static Command Create()
    {
        Option<string> urls = new("--urls")
        {
            Description = "The addresses for HTTP, separated by semicolons.",
            HelpName = "urls",
            DefaultValueFactory = _ => DefaultUrls,
        };
        Option<int> grpcPort = new("--grpc-port")
        {
            Description = "The port for gRPC, on the host of the first address; 0 for a free port.",
            HelpName = "n",
            DefaultValueFactory = _ => DefaultGrpcPort,
        };
        Option<string?> name = new("--name")
        {
            Description = "The name of the model in addresses. [default: the ID, or the name of the file]",
            HelpName = "name",
        };
        ModelOptions model = new();
        ToolCommand command = new("serve", "Serve a model: Open Inference Protocol over HTTP and gRPC, and a page.");
        command.Add(urls, grpcPort, name);
        model.AddTo(command);
        command.Does(async (options, cancellationToken) =>
        {
            ModelChoice choice = model.Choice(options) with { ActivationMaps = true };
            await using WebApplication app = Build(
                choice,
                options.GetValue(name) ?? Path.GetFileNameWithoutExtension(choice.Model),
                options.GetValue(urls)!,
                options.GetValue(grpcPort));
            await app.StartAsync(cancellationToken);
            Console.Out.WriteLine($"Serving '{choice.Model}': {string.Join(", ", app.Urls)}. Ctrl+C stops.");
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static WebApplication Build(ModelChoice choice, string name, string urls, int grpcPort)
    {
        // Settings of the server, such as keys, come from the environment: ResNet__Server__ApiKeys__0.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddEnvironmentVariables();
        builder.Configuration["urls"] = urls;
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddResNetServer(builder.Configuration.GetSection("ResNet"))
            .AddModel(name, (_, cancellationToken) => choice.LoadAsync(cancellationToken));
        builder.Services.Configure<ResNetServerOptions>(options => options.GrpcPort ??= grpcPort);
        WebApplication app = builder.Build();
        app.MapResNetServer();
        return app;
    }
}
