using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ResNet.Net.Server;

namespace ResNet.Net.Fuzz;

/// <summary>Represents a server on free ports of the loopback interface, with a small model and the embedded one.</summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    public const string Tiny = "tiny", Embedded = "cifar10";

    /// <summary>The sides of the image that the small model takes.</summary>
    public const int Side = 2;

    /// <summary>The largest body. Small, so that mutated lengths exceed it.</summary>
    public const int MaxRequestBytes = 1 << 20;

    private readonly WebApplication _application;
    private readonly ErrorLog _log;

    private FuzzServer(WebApplication application, ErrorLog log)
    {
        _application = application;
        _log = log;
        Uri[] addresses = [.. application.Urls.Select(url => new Uri(url))];
        HttpPort = addresses[0].Port;
        GrpcPort = addresses[^1].Port;
    }

    public int HttpPort { get; }

    public int GrpcPort { get; }

    /// <summary>Gets the memory that bodies of unfinished requests take.</summary>
    public long UsedMemory => _application.Services.GetRequiredService<MemoryBudget>().Used;

    /// <summary>Gets the number of images in the queues.</summary>
    public int QueueLength => _application.Services.GetRequiredService<ModelCatalog>().All.Sum(model => model.GetRunner().QueueLength);

    public static async Task<FuzzServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        ErrorLog log = new();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Error);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddResNetServer(options =>
            {
                options.GrpcPort = 0;
                options.MaxRequestBytes = MaxRequestBytes;
                options.MaxQueueTime = TimeSpan.FromMinutes(1);
            })
            .AddModel(Tiny, (_, _) => Task.FromResult(CreateTiny()))
            .AddModel(Embedded, ResNetVariant.Cifar10ResNet20, settings => settings.ActivationMaps = true);
        WebApplication application = builder.Build();
        application.MapResNetServer();
        await application.StartAsync();
        FuzzServer server = new(application, log);
        ModelCatalog models = application.Services.GetRequiredService<ModelCatalog>();
        while (!models.IsReady)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }

        return server;
    }

    /// <summary>Returns the first error in the log since the last call; <see langword="null"/> if there is none.</summary>
    public string? TakeError() => _log.Take();

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // The scores are the mean of each channel.
    private static ResNetClassifier CreateTiny()
        => ResNetClassifier.Create(
            new ModelDefinition(OnnxModelBuilder.PlaneMeans([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [-1, 3, Side, Side]))
            {
                Profile = (PreprocessingProfile.Torchvision with { Resize = ResizeRule.ShortSide(Side) }).WithCrop(Side, Side),
                Labels = new LabelSet("letters", ["a", "b", "c"]),
            },
            new ResNetClassifierOptions { Threads = 1 });

    /// <summary>Keeps the first message at the level Error.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private string? _first;

        public string? Take() => Interlocked.Exchange(ref _first, null);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            // Kestrel reads the rest of a body that nobody has read, and logs a malformed trailer there.
            if (IsEnabled(logLevel) && eventId.Name != "RequestBodyDrainBodyReaderInvalidState")
            {
                string kind = exception?.GetType().Name ?? "";
                Interlocked.CompareExchange(ref _first, $"{eventId.Name}: {kind} {formatter(state, exception)}\n{exception}", null);
            }
        }

        public void Dispose()
        {
        }
    }
}
