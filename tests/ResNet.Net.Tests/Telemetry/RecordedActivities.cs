using System.Collections.Concurrent;
using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Listens to this library's spans: to those of one model, since tests that run beside have some too.</summary>
internal sealed class RecordedActivities : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public RecordedActivities(string model)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ResNetTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if ((string?)span.GetTagItem("resnet.model") == model)
                {
                    _spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Those that have ended.</summary>
    public IReadOnlyList<Activity> All => [.. _spans];

    public void Dispose() => _listener.Dispose();
}
