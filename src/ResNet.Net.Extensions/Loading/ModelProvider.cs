using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions;

/// <summary>Creates a classifier or an embedder, from settings or by the application's own code.</summary>
internal delegate Task<TModel> ModelFactory<TModel>(IProgress<ModelDownloadProgress> progress, CancellationToken cancellationToken);

/// <summary>Loads a classifier or an embedder once, in the background, retries with increasing delays, and owns it.</summary>
internal abstract class ModelProvider<TModel>(
    string name, ModelFactory<TModel> create, ResNetModelSettings settings, ILogger log, TimeProvider time)
    : IModelLoading, IProgress<ModelDownloadProgress>, IDisposable, IAsyncDisposable
    where TModel : class, IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<TModel>? _attempt;
    private ModelDownloadProgress? _download;
    private TimeSpan _delay;
    private long _failedAt;
    private bool _disposed;

    public ResNetModelState State => Volatile.Read(ref _attempt) switch
    {
        null => ResNetModelState.NotLoaded,
        { IsCompletedSuccessfully: true } => ResNetModelState.Ready,
        { IsCompleted: true } => ResNetModelState.Failed,
        _ => ResNetModelState.Loading,
    };

    public Exception? Failure => Volatile.Read(ref _attempt) switch
    {
        { IsFaulted: true } attempt => attempt.Exception!.InnerException,
        { IsCanceled: true } => new OperationCanceledException("Loading was canceled because the application is shutting down."),
        _ => null,
    };

    public abstract string Kind { get; }

    public string ModelName => Loaded is TModel model ? NameOf(model) : SettingsReader.NameOf(settings);

    public string? ExecutionProvider => Loaded is TModel model ? ExecutionProviderOf(model) : null;

    public ResNetModelSettings Settings => settings;

    /// <summary>Gets the model; null if it isn't loaded.</summary>
    public TModel? Loaded => Volatile.Read(ref _attempt) is { IsCompletedSuccessfully: true } attempt ? attempt.Result : null;

    public ModelDownloadProgress? Download => Volatile.Read(ref _download);

    public TimeSpan RetryDelay
    {
        get
        {
            lock (_gate)
            {
                return RetryDelayLocked();
            }
        }
    }

    public Task<TModel> GetAsync(CancellationToken cancellationToken = default)
    {
        Task<TModel> attempt;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, ServiceType);
            if (_stopping.IsCancellationRequested)
            {
                return _attempt ?? Task.FromCanceled<TModel>(_stopping.Token);
            }

            if (_attempt is null || (_attempt.IsCompleted && !_attempt.IsCompletedSuccessfully && RetryDelayLocked() == TimeSpan.Zero))
            {
                _attempt = Task.Run(LoadAsync);

                // Observes the exception, which is logged and kept in Failure, in case nothing awaits the task.
                _ = _attempt.ContinueWith(
                    static t => _ = t.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted,
                    TaskScheduler.Default);
            }

            attempt = _attempt;
        }

        return attempt.IsCompleted ? attempt : attempt.WaitAsync(cancellationToken);
    }

    public void StopLoading() => _stopping.Cancel();

    Task IModelLoading.LoadAsync(CancellationToken cancellationToken) => GetAsync(cancellationToken);

    public void Report(ModelDownloadProgress value) => Volatile.Write(ref _download, value);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task<TModel>? attempt;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            attempt = _attempt;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (attempt is not null)
        {
            await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (attempt.IsCompletedSuccessfully)
            {
                (await attempt.ConfigureAwait(false)).Dispose();
            }
        }

        _stopping.Dispose();
    }

    /// <summary>Gets the interface that callers know, for exceptions.</summary>
    protected abstract Type ServiceType { get; }

    protected abstract string NameOf(TModel model);

    protected abstract string ExecutionProviderOf(TModel model);

    /// <summary>Processes an image.</summary>
    protected abstract void WarmUp(TModel model, byte[] image);

    private static byte[] GrayImage()
    {
        // The usual size before cropping, so that buffers of that size are allocated.
        const int Side = 256;
        byte[] gray = new byte[Side * Side * 3];
        Array.Fill(gray, (byte)128);
        return PngFile.Encode(gray, Side, Side);
    }

    private TimeSpan RetryDelayLocked()
    {
        TimeSpan left = _delay - time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<TModel> LoadAsync()
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            TModel model = await create(this, _stopping.Token).ConfigureAwait(false);
            try
            {
                if (settings.WarmUp)
                {
                    WarmUp(model, GrayImage());
                }

                _stopping.Token.ThrowIfCancellationRequested();
            }
            catch
            {
                model.Dispose();
                throw;
            }

            log.ModelReady(Kind, name, NameOf(model), Stopwatch.GetElapsedTime(start).TotalSeconds);
            return model;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            log.ModelLoadCanceled(Kind, name);
            throw;
        }
        catch (Exception exception)
        {
            TimeSpan delay;
            lock (_gate)
            {
                TimeSpan doubled = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, settings.MaxRetryDelay.Ticks));
                _delay = _delay == TimeSpan.Zero ? settings.RetryDelay : doubled;
                _failedAt = time.GetTimestamp();
                delay = _delay;
            }

            log.ModelLoadFailed(Kind, name, delay.TotalSeconds, exception);
            throw;
        }
        finally
        {
            Volatile.Write(ref _download, null);
        }
    }
}

/// <summary>Defines the log events of a provider. Ids and names are a contract (docs/diagnostics.md) and are never reused.</summary>
internal static partial class ProviderLog
{
    [LoggerMessage(400, LogLevel.Information, "The {Kind} '{Name}' ({Model}) is ready after {Seconds:0.00} s, including warm-up.")]
    public static partial void ModelReady(this ILogger log, string kind, string name, string model, double seconds);

    [LoggerMessage(401, LogLevel.Error, "The {Kind} '{Name}' cannot be loaded. The next attempt is in {Seconds:0.0} s or later.")]
    public static partial void ModelLoadFailed(this ILogger log, string kind, string name, double seconds, Exception exception);

    [LoggerMessage(402, LogLevel.Information, "Loading the {Kind} '{Name}' was canceled: the application is shutting down.")]
    public static partial void ModelLoadCanceled(this ILogger log, string kind, string name);
}
