using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Orleans.Dashboard;
using ResNet.Net.Orleans;

namespace ResNet.Net.Tool.Cluster;

/// <summary>Builds the application of a silo.</summary>
internal static class ClusterHost
{
    public const string DefaultUrl = "http://localhost:8080";

    // More than the worker takes to end or give back its shard.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMinutes(1);

    /// <param name="store">The store.</param>
    /// <param name="options">The options of the silo.</param>
    /// <param name="urls">The addresses for health, metrics and dashboard; null for no HTTP.</param>
    /// <param name="hasDashboard">Whether the dashboard is served.</param>
    /// <param name="isStarted">Whether the silo has started. Until then, failures are the message of the command.</param>
    public static IHost Create(JobStore store, ResNetClusterOptions options, string? urls, bool hasDashboard, Func<bool> isStarted)
    {
        if (urls is null)
        {
            // Not the current folder, whose appsettings.json may belong to another application.
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(
                new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
            Configure(builder, store, options, hasDashboard, isStarted);
            return builder.Build();
        }

        WebApplicationBuilder web = WebApplication.CreateBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        Configure(web, store, options, hasDashboard, isStarted);
        web.WebHost.UseUrls(urls);
        web.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(ClusterTelemetry.MeterName, ClusterTelemetry.OrleansMeterName, ResNetTelemetry.MeterName)
            .AddPrometheusExporter());
        WebApplication app = web.Build();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.MapPrometheusScrapingEndpoint("/metrics");
        if (hasDashboard)
        {
            app.MapOrleansDashboard("/dashboard");
        }

        return app;
    }

    /// <summary>Logs warnings to standard error.</summary>
    /// <param name="logging">The logging.</param>
    /// <param name="isStarted">Whether the silo has started, so that errors of Orleans are logged.</param>
    public static void Log(ILoggingBuilder logging, Func<bool> isStarted)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);

        // Silos that come and go are warnings of Orleans, and normal. Failures to start are messages of the command.
        logging.AddFilter("Orleans", level => level >= LogLevel.Error && isStarted());
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddFilter("Microsoft.Hosting", LogLevel.None);
    }

    private static void Configure(
        IHostApplicationBuilder builder, JobStore store, ResNetClusterOptions options, bool hasDashboard, Func<bool> isStarted)
    {
        Log(builder.Logging, isStarted);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.UseOrleans(silo =>
        {
            silo.AddResNetCluster(store, options);
            if (hasDashboard)
            {
                silo.AddDashboard();
            }
        });
    }
}
