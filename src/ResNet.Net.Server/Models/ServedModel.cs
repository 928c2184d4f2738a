using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ResNet.Net.Extensions;

namespace ResNet.Net.Server;

/// <summary>Represents a version of a model. Its runner exists once the classifier is loaded and warmed up.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    private static readonly TimeSpan LoadRetry = TimeSpan.FromSeconds(5);

    private readonly IResNetClassifierProvider _provider;
    private readonly ResNetServerOptions _options;
    private readonly ServerState _state;
    private readonly Lock _gate = new();
    private ModelRunner? _runner;
    private bool _disposed;

    public ServedModel(
        ModelRegistration registration, IServiceProvider services, IOptions<ResNetServerOptions> options, ServerState state)
    {
        Name = registration.Name;
        Version = registration.Version;
        _provider = services.GetRequiredKeyedService<IResNetClassifierProvider>(registration.Key);
        _options = options.Value;
        _state = state;
        Threads = services.GetRequiredService<IOptionsMonitor<ResNetClassifierSettings>>().Get(registration.Key).Threads;
    }

    public string Name { get; }

    public string Version { get; }

    /// <summary>Gets the number of cores that the model uses; null for all.</summary>
    public int? Threads { get; }

    /// <summary>Gets whether the model answers requests.</summary>
    public bool IsReady => !_state.IsDraining && TryGetRunner(out _);

    /// <summary>Returns the runner.</summary>
    /// <exception cref="ServerException">The model is not loaded yet, or cannot be loaded.</exception>
    public ModelRunner GetRunner()
        => TryGetRunner(out ModelRunner? runner)
            ? runner
            : throw new ServerException(
                StatusCodes.Status503ServiceUnavailable,
                _provider.State == ResNetModelState.Failed
                    ? $"The model '{Name}' cannot be loaded. The server tries again."
                    : $"The model '{Name}' is being loaded. Try again later.",
                RejectionReasons.NotReady,
                LoadRetry);

    public async ValueTask DisposeAsync()
    {
        ModelRunner? runner;
        lock (_gate)
        {
            _disposed = true;
            runner = _runner;
        }

        if (runner is not null)
        {
            await runner.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Returns the runner if the model is loaded. Otherwise loading starts, unless it has started.</summary>
    private bool TryGetRunner([NotNullWhen(true)] out ModelRunner? runner)
    {
        runner = Volatile.Read(ref _runner);
        if (runner is not null)
        {
            return true;
        }

        Task<ResNetClassifier> loading;
        try
        {
            loading = _provider.GetAsync(CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        if (!loading.IsCompletedSuccessfully)
        {
            // The provider keeps and logs the failure.
            _ = loading.ContinueWith(
                static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return false;
        }

        lock (_gate)
        {
            if (!_disposed)
            {
                _runner ??= new ModelRunner($"{Name}/{Version}", loading.Result, _options, Threads);
            }

            runner = _runner;
            return runner is not null && !_disposed;
        }
    }
}
