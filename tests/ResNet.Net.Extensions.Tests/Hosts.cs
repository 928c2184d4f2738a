using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions.Tests;

/// <summary>Builds hosts whose logs are recorded.</summary>
internal static class Hosts
{
    public static IHost Build(RecordingLoggers logs, Action<HostApplicationBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        configure(builder);
        return builder.Build();
    }

    public static async Task<HealthReportEntry> HealthAsync(this IHost host, string name = "resnet")
        => (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[name];

    /// <summary>Waits for a condition.</summary>
    public static async Task UntilAsync(Func<bool> happened)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (!happened())
        {
            await Task.Delay(10, limit.Token);
        }
    }
}
