using System.Collections.Concurrent;

namespace ResNet.Net.Tests;

/// <summary>Records every report, on the reporting thread.</summary>
internal sealed class RecordedProgress : IProgress<ModelDownloadProgress>
{
    private readonly ConcurrentQueue<ModelDownloadProgress> _reports = new();

    public Action<ModelDownloadProgress>? OnReport { get; set; }

    public IReadOnlyList<ModelDownloadProgress> Reports => [.. _reports];

    public IEnumerable<string> Notices => _reports.Select(r => r.Notice).OfType<string>();

    public void Report(ModelDownloadProgress value)
    {
        _reports.Enqueue(value);
        OnReport?.Invoke(value);
    }
}
