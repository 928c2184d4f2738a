using System.Collections.Concurrent;
using System.Diagnostics;

namespace ResNet.Net.Tests;

/// <summary>Records the activities of one model, since other tests may run in parallel.</summary>
internal sealed class RecordedActivities : IDisposable
{
    private readonly ConcurrentQueue<Activity> _activities = new();
    private readonly ActivityListener _listener;

    public RecordedActivities(string model)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ResNetTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ((string?)activity.GetTagItem("resnet.model") == model)
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
