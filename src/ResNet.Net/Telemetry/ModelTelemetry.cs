using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ResNet.Net;

/// <summary>
/// Records measurements of one model on one execution provider. Classifiers with the same model share an instance, since measurements with
/// equal tags form one series. Tags are created once, so that measuring allocates nothing.
/// </summary>
internal sealed class ModelTelemetry
{
    private static readonly ConcurrentDictionary<(string Model, string Provider), ModelTelemetry> All = new();

    private static readonly string[] OperationNames = [.. Enum.GetNames<Operation>().Select(n => n.ToLowerInvariant())];
    private static readonly string[] BatchNames = [.. OperationNames.Select(n => $"{n} batch")];

    private readonly string _model;
    private readonly string _provider;
    private readonly KeyValuePair<string, object?>[] _activityTags;
    private readonly TagList _common;
    private readonly TagList _decode;
    private readonly TagList _preprocess;
    private readonly TagList _inference;
    private readonly TagList[] _operations;
    private long _pending;

    private ModelTelemetry(string model, string provider)
    {
        (_model, _provider) = (model, provider);
        _common = With();
        _activityTags = [.. _common];
        _decode = With(TagNames.Stage, "decode");
        _preprocess = With(TagNames.Stage, "preprocess");
        _inference = With(TagNames.Stage, "inference");
        _operations = [.. OperationNames.Select(n => With(TagNames.Operation, n))];
    }

    public static ModelTelemetry For(string model, string provider)
        => All.GetOrAdd((model, provider), static key => new ModelTelemetry(key.Model, key.Provider));

    public static IEnumerable<Measurement<long>> ObservePending()
        => All.Values.Select(t => new Measurement<long>(Interlocked.Read(ref t._pending), t._common));

    /// <summary>Begins a call. The caller records each image once, as answered or failed, and then ends the call.</summary>
    public TrackedCall Begin(Operation operation, int images = 1, bool isBatch = false)
    {
        Interlocked.Add(ref _pending, images);
        Activity? activity = StartActivity((isBatch ? BatchNames : OperationNames)[(int)operation]);
        if (isBatch)
        {
            activity?.SetTag(TagNames.Images, images);
        }

        return new TrackedCall(this, operation, activity);
    }

    /// <summary>Records that a model was loaded, or failed to load.</summary>
    public void Loaded(TimeSpan time, Exception? error)
    {
        if (Instruments.LoadDuration.Enabled)
        {
            TagList tags = error is null ? _common : With(TagNames.ErrorType, FailureReason.Of(error));
            Instruments.LoadDuration.Record(time.TotalSeconds, tags);
        }
    }

    /// <summary>Starts an activity with the tags of the model, which are visible to samplers; null if there is no listener.</summary>
    public Activity? StartActivity(string name)
        => Instruments.Activities.StartActivity(ActivityKind.Internal, tags: _activityTags, name: name);

    public void Answered(Operation operation, in StageTimings timings)
    {
        Interlocked.Decrement(ref _pending);
        Instruments.Answered.Add(1, _operations[(int)operation]);
        if (Instruments.StageDuration.Enabled)
        {
            // The caller passed pixels: there was nothing to decode.
            if (timings.Decode > TimeSpan.Zero)
            {
                Instruments.StageDuration.Record(timings.Decode.TotalSeconds, _decode);
            }

            Instruments.StageDuration.Record(timings.Preprocess.TotalSeconds, _preprocess);
            Instruments.StageDuration.Record(timings.Inference.TotalSeconds, _inference);
        }
    }

    public void Failed(Operation operation, Exception error, int images)
    {
        Interlocked.Add(ref _pending, -images);
        if (Instruments.Failed.Enabled)
        {
            TagList tags = _operations[(int)operation];
            tags.Add(TagNames.ErrorType, FailureReason.Of(error));
            Instruments.Failed.Add(images, tags);
        }
    }

    public void Ran(int images) => Instruments.BatchSize.Record(images, _common);

    private TagList With(string? key = null, string? value = null)
    {
        TagList tags = new() { { TagNames.Model, _model }, { TagNames.ExecutionProvider, _provider } };
        if (key is not null)
        {
            tags.Add(key, value);
        }

        return tags;
    }
}
