using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ResNet.Net;

/// <summary>
/// What is measured of one model on one execution provider, however many classifiers run it: measurements with equal tags are one series. Tags are made once,
/// so that measuring allocates nothing.
/// </summary>
internal sealed class ModelTelemetry
{
    private static readonly ConcurrentDictionary<(string Model, string Provider), ModelTelemetry> All = new();

    private static readonly string[] OperationNames = [.. Enum.GetNames<Operation>().Select(n => n.ToLowerInvariant())];
    private static readonly string[] BatchNames = [.. OperationNames.Select(n => $"{n} batch")];

    private readonly string _model;
    private readonly string _provider;
    private readonly KeyValuePair<string, object?>[] _spanTags;
    private readonly TagList _own;
    private readonly TagList _decode;
    private readonly TagList _preprocess;
    private readonly TagList _inference;
    private readonly TagList[] _operations;
    private long _pending;

    private ModelTelemetry(string model, string provider)
    {
        (_model, _provider) = (model, provider);
        _own = With();
        _spanTags = [.. _own];
        _decode = With(TagNames.Stage, "decode");
        _preprocess = With(TagNames.Stage, "preprocess");
        _inference = With(TagNames.Stage, "inference");
        _operations = [.. OperationNames.Select(n => With(TagNames.Operation, n))];
    }

    public static ModelTelemetry For(string model, string provider) => All.GetOrAdd((model, provider), static key => new ModelTelemetry(key.Model, key.Provider));

    public static IEnumerable<Measurement<long>> ObservePending() => All.Values.Select(t => new Measurement<long>(Interlocked.Read(ref t._pending), t._own));

    /// <summary>A call hands in images. Each must be reported as answered or failed, once; then the call is ended.</summary>
    public TrackedCall Begin(Operation operation, int images = 1, bool isBatch = false)
    {
        Interlocked.Add(ref _pending, images);
        Activity? span = StartSpan((isBatch ? BatchNames : OperationNames)[(int)operation]);
        if (isBatch)
        {
            span?.SetTag(TagNames.Images, images);
        }

        return new TrackedCall(this, operation, span);
    }

    /// <summary>A model was loaded, or not.</summary>
    public void Loaded(TimeSpan time, Exception? error)
    {
        if (Instruments.LoadDuration.Enabled)
        {
            TagList tags = error is null ? _own : With(TagNames.ErrorType, FailureReason.Of(error));
            Instruments.LoadDuration.Record(time.TotalSeconds, tags);
        }
    }

    /// <summary>A span with the model's tags, which samplers see; null where nobody listens.</summary>
    public Activity? StartSpan(string name) => Instruments.Activities.StartActivity(ActivityKind.Internal, tags: _spanTags, name: name);

    public void Answered(Operation operation, in StageTimings timings)
    {
        Interlocked.Decrement(ref _pending);
        Instruments.Answered.Add(1, _operations[(int)operation]);
        if (Instruments.StageDuration.Enabled)
        {
            // Pixels in hand are not decoded: that is no decoding in no time.
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

    public void Ran(int images) => Instruments.BatchSize.Record(images, _own);

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
