using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Orleans;

/// <summary>
/// Runs the worker of a silo from before the silo joins the cluster until after it is told to stop, and reports its speed. The worker needs
/// the database only: it goes on while Orleans can't reach other silos.
/// </summary>
internal sealed class WorkerService : IHostedLifecycleService, IWorkerObserver, IAsyncDisposable
{
    private static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(30);

    private readonly IGrainFactory _grains;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly JobModelProvider? _ownModels;
    private readonly ImageSources _sources;
    private readonly Meter _meter = new(ClusterTelemetry.MeterName);
    private readonly Queue<(long At, long Images)> _history = new();
    private bool _disposed;
    private Task _working = Task.CompletedTask;
    private Task _reporting = Task.CompletedTask;

    public WorkerService(JobStore store, ResNetClusterOptions options, IGrainFactory grains, ILoggerFactory loggers)
    {
        _grains = grains;
        _log = loggers.CreateLogger<WorkerService>();
        _ownModels = options.Models is null
            ? new JobModelProvider(new ResNetClassifierOptions { ExecutionMode = ExecutionMode.Throughput, LoggerFactory = loggers })
            : null;
        _sources = new ImageSources(options.Sources);
        ShardWorkerOptions worker = options.Worker with { StopWhenIdle = false, LoggerFactory = options.Worker.LoggerFactory ?? loggers };
        Worker = new ShardWorker(store, options.Models ?? _ownModels!, _sources, worker);
        KeyValuePair<string, object?> tag = new("resnet.worker", Worker.Name);
        _meter.CreateObservableCounter(
            "resnet.cluster.images",
            () => new Measurement<long>(Worker.ImagesWritten, tag),
            "{image}",
            "Rows that the worker has written.");
        _meter.CreateObservableCounter(
            "resnet.cluster.shards",
            () => new Measurement<long>(Worker.ShardsClosed, tag),
            "{shard}",
            "Shards that the worker has closed.");
    }

    public ShardWorker Worker { get; }

    /// <summary>Gets why the worker doesn't run; null if it does.</summary>
    public string? Failure { get; private set; }

    public Task WakeAsync()
    {
        Worker.Wake();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _working = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _reporting = Task.Run(ReportAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        await _reporting.ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the worker, which still runs if the host did not start, and returns its resources.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container has the service twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await StoppingAsync(CancellationToken.None).ConfigureAwait(false);
        _meter.Dispose();
        _sources.Dispose();
        _ownModels?.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Worker.RunAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // A database that rejects an operation, for example because of permissions, which an operator can restore.
                Failure = exception.Message;
                _log.WorkerFailed(RestartDelay.TotalSeconds, exception);
                await Task.Delay(RestartDelay, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Failure = null;
            }
        }
    }

    private async Task ReportAsync()
    {
        using PeriodicTimer timer = new(WorkersGrain.ReportInterval);
        IWorkerObserver? self = null;
        do
        {
            try
            {
                self ??= _grains.CreateObjectReference<IWorkerObserver>(this);
                await _grains.GetGrain<IWorkersGrain>(0).ReportAsync(self, Rate()).WaitAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The next report may succeed: silos come and go.
                _log.ReportFailed(exception);
            }
            catch (OperationCanceledException)
            {
            }
        }
        while (await NextAsync(timer).ConfigureAwait(false));
    }

    private async ValueTask<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private WorkerRate Rate()
    {
        long images = Worker.ImagesWritten;
        _history.Enqueue((Stopwatch.GetTimestamp(), images));
        while (_history.Count > 2 && Stopwatch.GetElapsedTime(_history.Peek().At) > RateWindow)
        {
            _history.Dequeue();
        }

        (long at, long first) = _history.Peek();
        double seconds = Stopwatch.GetElapsedTime(at).TotalSeconds;
        return new WorkerRate(Worker.Name, images, seconds > 1 ? (images - first) / seconds : 0);
    }
}
