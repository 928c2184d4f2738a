using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ResNet.Net.Internals.Imaging;

namespace ResNet.Net.Extensions.Internals;

/// <summary>Makes a classifier: from settings, or as the application says.</summary>
internal delegate Task<ResNetClassifier> ClassifierFactory(IProgress<ModelDownloadProgress> progress, CancellationToken cancellationToken);

/// <summary>Loads one classifier, in the background and once; tries again after a failure, but not at once; owns it.</summary>
internal sealed class ClassifierProvider(string name, ClassifierFactory create, ResNetClassifierSettings settings, ILogger log, TimeProvider time)
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
        { IsCanceled: true } => new OperationCanceledException("Loading the classifier was cancelled, as it is when the application shuts down."),
        _ => null,
    };

    /// <summary>How it was added to the services.</summary>
    public string Name => name;

    public string ModelName => SettingsReader.NameOf(settings);

    public ResNetClassifierSettings Settings => settings;

    /// <summary>The classifier, if it is there.</summary>
    public ResNetClassifier? Loaded => Volatile.Read(ref _attempt) is { IsCompletedSuccessfully: true } attempt ? attempt.Result : null;

    /// <summary>How far a download is; null where there is none.</summary>
    public ModelDownloadProgress? Download => Volatile.Read(ref _download);

    /// <summary>How long it must still be left alone after a failure.</summary>
    public TimeSpan Cooling
    {
        get
        {
            lock (_gate)
            {
                return CoolingInGate();
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

            if (_attempt is null || (_attempt.IsCompleted && !_attempt.IsCompletedSuccessfully && CoolingInGate() == TimeSpan.Zero))
            {
                _attempt = Task.Run(LoadAsync);

                // Nobody may be waiting for it: its exception is not forgotten, it is in the log and in Failure.
                _ = _attempt.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            attempt = _attempt;
        }

        return attempt.IsCompleted ? attempt : attempt.WaitAsync(cancellationToken);
    }

    /// <summary>The application is shutting down: a download is cut, to be resumed by the next start.</summary>
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
        // As large as pictures are cropped from, so that the memory for such is there.
        const int Side = 256;
        byte[] grey = new byte[Side * Side * 3];
        Array.Fill(grey, (byte)128);
        _ = classifier.Classify(PngFile.Encode(grey, Side, Side), topK: 1);
    }

    private TimeSpan CoolingInGate()
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
                _delay = _delay == TimeSpan.Zero ? settings.RetryDelay : TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, settings.LongestRetryDelay.Ticks));
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
