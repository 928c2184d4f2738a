using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ResNet.Net;

/// <summary>
/// Records measurements of the dynamic batchers with one name. Batchers with the same name share an instance, since measurements with equal
/// tags form one series.
/// </summary>
internal sealed class BatcherTelemetry
{
    private static readonly ConcurrentDictionary<string, BatcherTelemetry> All = new(StringComparer.Ordinal);

    private readonly KeyValuePair<string, object?> _name;
    private readonly KeyValuePair<string, object?>[] _activityTags;
    private long _queued;

    private BatcherTelemetry(string name)
    {
        _name = new KeyValuePair<string, object?>(TagNames.Batcher, name);
        _activityTags = [_name];
    }

    /// <summary>Gets the activity that a batch links to; null if there is no listener or no activity.</summary>
    public static Activity? CurrentActivity => Instruments.Activities.HasListeners() ? Activity.Current : null;

    public static BatcherTelemetry For(string name) => All.GetOrAdd(name, static name => new BatcherTelemetry(name));

    public static IEnumerable<Measurement<long>> ObserveQueued()
        => All.Values.Select(t => new Measurement<long>(Interlocked.Read(ref t._queued), t._name));

    /// <summary>Records that the queue grew or shrank.</summary>
    public void QueueChanged(int change) => Interlocked.Add(ref _queued, change);

    public void Ran(int inputs) => Instruments.BatcherBatchSize.Record(inputs, _name);

    public void Waited(TimeSpan time) => Instruments.BatcherQueueDuration.Record(time.TotalSeconds, _name);

    public void Canceled() => Instruments.BatcherCanceled.Add(1, _name);

    public void Rejected(string reason, int inputs = 1)
        => Instruments.BatcherRejected.Add(inputs, _name, new KeyValuePair<string, object?>(TagNames.ErrorType, reason));

    /// <summary>Starts the activity of a batch; null if there is no listener.</summary>
    /// <param name="inputs">The number of inputs.</param>
    /// <param name="callers">The activities of the callers.</param>
    public Activity? Start(int inputs, IEnumerable<Activity?> callers)
    {
        if (!Instruments.Activities.HasListeners())
        {
            return null;
        }

        IEnumerable<ActivityLink> links = [.. callers.OfType<Activity>().Distinct().Select(caller => new ActivityLink(caller.Context))];
        return Instruments.Activities.StartActivity(ActivityKind.Internal, tags: _activityTags, links: links, name: "run batch")
            ?.SetTag(TagNames.Inputs, inputs);
    }
}
