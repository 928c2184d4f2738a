using System.Diagnostics;

namespace ResNet.Net;

/// <summary>Reports progress at a limited frequency, with a rate.</summary>
internal sealed class ProgressReporter(StoredFile file, IProgress<ModelDownloadProgress>? progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(3);

    private readonly Queue<(long Time, long Bytes)> _samples = new();
    private ModelDownloadStage? _stage;
    private string? _source;
    private long _bytes;
    private long _total = file.Bytes;
    private long _lastTime;

    /// <summary>Begins a stage. The rate excludes bytes that are already completed.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="source">The origin of the bytes; may be null.</param>
    /// <param name="bytes">The number of bytes that are already completed.</param>
    /// <param name="total">The size of the file; null if it is the published one.</param>
    public void Begin(ModelDownloadStage stage, string? source, long bytes, long? total = null)
    {
        _total = total ?? file.Bytes;
        _stage = stage;
        _source = source;
        _bytes = bytes;
        _samples.Clear();
        Send();
    }

    public void Advance(long bytes)
    {
        _bytes = bytes;
        if (progress is not null && Stopwatch.GetElapsedTime(_lastTime) >= Interval)
        {
            Send();
        }
    }

    /// <summary>Reports a message for users.</summary>
    public void Notice(string sentence) => Send(sentence);

    /// <summary>Reports completion.</summary>
    public void Done(string path)
    {
        _samples.Clear();
        (_stage, _source, _bytes) = (ModelDownloadStage.Done, path, _total);
        Send();
    }

    private void Send(string? notice = null)
    {
        if (progress is null)
        {
            return;
        }

        long now = Stopwatch.GetTimestamp();
        _lastTime = now;
        _samples.Enqueue((now, _bytes));
        while (_samples.Count > 2 && Stopwatch.GetElapsedTime(_samples.Peek().Time, now) > RateWindow)
        {
            _samples.Dequeue();
        }

        (long firstTime, long firstBytes) = _samples.Peek();
        double seconds = Stopwatch.GetElapsedTime(firstTime, now).TotalSeconds;
        progress.Report(new ModelDownloadProgress
        {
            ModelId = file.Variant.Id,
            FileName = file.Name,
            Stage = _stage ?? ModelDownloadStage.Verifying,
            Bytes = _bytes,
            TotalBytes = _total,
            Source = _source,
            BytesPerSecond = seconds > 0 && _bytes > firstBytes ? (_bytes - firstBytes) / seconds : 0,
            Notice = notice,
        });
    }
}
