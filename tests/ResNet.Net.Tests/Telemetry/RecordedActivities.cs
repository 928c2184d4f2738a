using System.Collections.Concurrent;
using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Records the activities of one model or batcher, since other tests may run in parallel.</summary>
internal sealed class RecordedActivities : IDisposable
{
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _listener;

    public RecordedActivities(string name, string tag = "resnet.model")
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ResNetTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ((string?)activity.GetTagItem(tag) == name)
                {
                    _activities.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Gets the activities that have ended.</summary>
    public IReadOnlyList<Activity> All => [.. _activities];

    public void Dispose() => _listener.Dispose();
}
