using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans.Tests;

/// <summary>
/// Runs the test assembly as a program with one worker, which tests start, stop and kill. Arguments: the database and the name of the
/// worker. It ends when no shard is open, or on SIGTERM. Prints its log events, one per line.
/// </summary>
internal static class WorkerProgram
{
    public static async Task<int> Main(string[] arguments)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration terminating = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        using EventPrinter log = new();
        JobStoreOptions options = new() { RetryTime = TimeSpan.FromSeconds(1), LoggerFactory = log };
        await using JobStore store = await OpenAsync(arguments[0], options);
        using ImageSources sources
            = new(new ImageSourceOptions { Custom = d => d.Kind == GatedImages.Kind ? new GatedImages(d.Location) : null });
        using JobModelProvider models = new();
        ShardWorkerOptions settings = new()
        {
            Name = arguments[1],
            StopWhenIdle = true,
            IdleTime = TimeSpan.FromMilliseconds(50),
            LoggerFactory = log,
        };
        await new ShardWorker(store, models, sources, settings).RunAsync(stop.Token);
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

    private sealed class EventPrinter : ILoggerFactory, ILogger
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
