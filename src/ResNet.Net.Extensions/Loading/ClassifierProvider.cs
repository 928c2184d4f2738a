using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace ResNet.Net.Extensions;

/// <summary>Creates a classifier, from settings or by the application's own code.</summary>
internal delegate Task<ResNetClassifier> ClassifierFactory(IProgress<ModelDownloadProgress> progress, CancellationToken cancellationToken);

/// <summary>Loads a classifier once, in the background, retries with increasing delays, and owns the classifier.</summary>
internal sealed class ClassifierProvider(
    string name, ClassifierFactory create, ResNetClassifierSettings settings, ILogger log, TimeProvider time)
    : IResNetClassifierProvider, IProgress<ModelDownloadProgress>, IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task<ResNetClassifier>? _attempt;
    private ModelDownloadProgress? _download;
    private TimeSpan _delay;
    private long _failedAt;
    private bool _disposed;

    public ResNetClassifierState State => Volatile.Read(ref _attempt) switch
    {
        null => ResNetClassifierState.NotLoaded,
        { IsCompletedSuccessfully: true } => ResNetClassifierState.Ready,
        { IsCompleted: true } => ResNetClassifierState.Failed,
        _ => ResNetClassifierState.Loading,
    };

    public Exception? Failure => Volatile.Read(ref _attempt) switch
    {
        { IsFaulted: true } attempt => attempt.Exception!.InnerException,
        { IsCanceled: true } => new OperationCanceledException("Loading was canceled because the application is shutting down."),
        _ => null,
    };


    public string ModelName => SettingsReader.NameOf(settings);

    public ResNetClassifierSettings Settings => settings;

    /// <summary>Gets the classifier; null if it isn't loaded.</summary>
    public ResNetClassifier? Loaded => Volatile.Read(ref _attempt) is { IsCompletedSuccessfully: true } attempt ? attempt.Result : null;

    /// <summary>Gets the progress of the download; null if there is none.</summary>
    public ModelDownloadProgress? Download => Volatile.Read(ref _download);

    /// <summary>Gets the time until loading may be retried after a failure.</summary>
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

    public Task<ResNetClassifier> GetAsync(CancellationToken cancellationToken = default)
    {
        Task<ResNetClassifier> attempt;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(IResNetClassifierProvider));
            if (_stopping.IsCancellationRequested)
            {
                return _attempt ?? Task.FromCanceled<ResNetClassifier>(_stopping.Token);
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

    /// <summary>Cancels loading because the application is shutting down. The next start resumes a download.</summary>
    public void StopLoading() => _stopping.Cancel();

    public void Report(ModelDownloadProgress value) => Volatile.Write(ref _download, value);

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        Task<ResNetClassifier>? attempt;
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

    private static void WarmUp(ResNetClassifier classifier)
    {
        // The usual size before cropping, so that buffers of that size are allocated.
        const int Side = 256;
        byte[] gray = new byte[Side * Side * 3];
        Array.Fill(gray, (byte)128);
        _ = classifier.Classify(PngFile.Encode(gray, Side, Side), topK: 1);
    }

    private TimeSpan RetryDelayLocked()
    {
        TimeSpan left = _delay - time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<ResNetClassifier> LoadAsync()
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            ResNetClassifier classifier = await create(this, _stopping.Token).ConfigureAwait(false);
            try
            {
                if (settings.WarmUp)
                {
                    WarmUp(classifier);
                }

                _stopping.Token.ThrowIfCancellationRequested();
            }
            catch
            {
                classifier.Dispose();
                throw;
            }

            log.ClassifierReady(name, classifier.ModelName, Stopwatch.GetElapsedTime(start).TotalSeconds);
            return classifier;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            log.ClassifierCancelled(name);
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

            log.ClassifierFailed(name, delay.TotalSeconds, exception);
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
    [LoggerMessage(400, LogLevel.Information, "The classifier '{Name}' ({Model}) is ready after {Seconds:0.00} s, including warm-up.")]
    public static partial void ClassifierReady(this ILogger log, string name, string model, double seconds);

    [LoggerMessage(401, LogLevel.Error, "The classifier '{Name}' cannot be loaded. The next attempt is in {Seconds:0.0} s or later.")]
    public static partial void ClassifierFailed(this ILogger log, string name, double seconds, Exception exception);

    [LoggerMessage(402, LogLevel.Information, "Loading the classifier '{Name}' was canceled: the application is shutting down.")]
    public static partial void ClassifierCancelled(this ILogger log, string name);
}
