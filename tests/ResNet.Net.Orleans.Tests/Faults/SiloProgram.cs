using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans.Tests;

/// <summary>
/// Runs the test assembly as a program with one silo, which tests start, stop and kill. Arguments: the database, the name of the silo and
/// its IP address. It ends on SIGTERM. Prints the log events of this project, one per line.
/// </summary>
internal static class SiloProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        using EventPrinter log = new();
        JobStoreOptions options = new() { RetryTime = TimeSpan.FromSeconds(1), LoggerFactory = log };
        await using JobStore store = await OpenAsync(arguments[0], options);
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log)
            .AddFilter((category, _) => category?.StartsWith("ResNet.Net.Orleans.", StringComparison.Ordinal) == true));
        builder.AddResNetCluster(store, new ResNetClusterOptions
        {
            Address = IPAddress.Parse(arguments[2]),
            Port = 0,
            Sources = new ImageSourceOptions { Custom = d => d.Kind == GatedImages.Kind ? new GatedImages(d.Location) : null },
            Worker = new ShardWorkerOptions { Name = arguments[1], IdleTime = TimeSpan.FromMilliseconds(50), LoggerFactory = log },
        });
        using IHost host = builder.Build();
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException)
        {
            // SIGTERM before the silo joined.
        }
        catch (ResNetException)
        {
            // Other silos declared this one dead, which is logged.
            return 1;
        }

        return 0;
    }

    private static async Task<JobStore> OpenAsync(string location, JobStoreOptions options)
    {
        while (true)
        {
            try
            {
                return await JobStore.OpenAsync(location, options);
            }
            catch (JobStoreException exception) when (exception.IsTransient)
            {
                // Started while the database was down.
            }
        }
    }

    private sealed class EventPrinter : ILoggerFactory, ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Console.WriteLine($"{eventId.Name}: {formatter(state, exception)} {exception?.Message.ReplaceLineEndings(" ")}");

        public void Dispose()
        {
        }
    }
}
