using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ResNet.Net;

/// <summary>Defines the meter and the activity source of this library, with names that follow OpenTelemetry's conventions.</summary>
/// <remarks>They are never disposed, because listeners may start at any time.</remarks>
internal static class Instruments
{
    // From tenths of a millisecond, for a small model on many cores, to seconds, for a batch of large images.
    private static readonly double[] StageSeconds
        = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    private static readonly double[] LoadSeconds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
    private static readonly int[] BatchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private static readonly string? Version = typeof(Instruments).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(ResNetTelemetry.MeterName, Version);

    static Instruments()
    {
        _ = Meter.CreateObservableUpDownCounter(
            "resnet.images.pending",
            ModelTelemetry.ObservePending,
            "{image}",
            "Images that were passed in and neither succeeded nor failed yet, including those in progress.");
        _ = Meter.CreateObservableUpDownCounter(
            "resnet.batcher.queue.length",
            BatcherTelemetry.ObserveQueued,
            "{input}",
            "Inputs that wait in the queue of a dynamic batcher.");
    }

    public static ActivitySource Activities { get; } = new(ResNetTelemetry.ActivitySourceName, Version);

    public static Counter<long> Answered { get; } = Meter.CreateCounter<long>(
        "resnet.images.answered", "{image}", "Images that were processed successfully.");

    public static Counter<long> Failed { get; } = Meter.CreateCounter<long>(
        "resnet.images.failed", "{image}", "Images that failed, by reason.");

    public static Histogram<double> StageDuration { get; } = Meter.CreateHistogram(
        "resnet.stage.duration",
        "s",
        "Duration of a stage of an image: decode, preprocess, inference. In a batch, the image's share of the run.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StageSeconds });

    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram(
        "resnet.batch.size",
        "{image}",
        "Images per run of the model, in calls that take several images.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = BatchSizes });

    public static Histogram<double> LoadDuration { get; } = Meter.CreateHistogram(
        "resnet.model.load.duration",
        "s",
        "Duration of loading a model, without downloading it.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LoadSeconds });

    public static Histogram<double> BatcherQueueDuration { get; } = Meter.CreateHistogram(
        "resnet.batcher.queue.duration",
        "s",
        "Time from the submission of an input to a dynamic batcher until its batch starts.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StageSeconds });

    public static Histogram<int> BatcherBatchSize { get; } = Meter.CreateHistogram(
        "resnet.batcher.batch.size",
        "{input}",
        "Inputs per batch of a dynamic batcher.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = BatchSizes });

    public static Counter<long> BatcherRejected { get; } = Meter.CreateCounter<long>(
        "resnet.batcher.rejected", "{input}", "Inputs that a dynamic batcher rejected, by reason.");

    public static Counter<long> BatcherCanceled { get; } = Meter.CreateCounter<long>(
        "resnet.batcher.canceled", "{input}", "Inputs that were canceled in the queue of a dynamic batcher.");
}

/// <summary>Defines the tags of measurements and activities. They have few values, and never a path, label or message.</summary>
internal static class TagNames
{
    public const string Model = "resnet.model";
    public const string ExecutionProvider = "resnet.execution_provider";
    public const string Operation = "resnet.operation";
    public const string Stage = "resnet.stage";
    public const string Batcher = "resnet.batcher";
    public const string ErrorType = "error.type";

    // For activities only.
    public const string Images = "resnet.images";
    public const string Inputs = "resnet.inputs";
    public const string FailedImages = "resnet.images.failed";
    public const string OptimizedGraph = "resnet.optimized_graph";
    public const string Source = "resnet.source";
    public const string FileBytes = "resnet.file.size";
}

/// <summary>Ends activities.</summary>
internal static class Activities
{
    /// <summary>Ends an activity. A failed one gets a reason from a fixed set, not the message, which may contain paths.</summary>
    public static void End(Activity? activity, Exception? error)
    {
        if (error is not null && activity is not null)
        {
            string reason = FailureReason.Of(error);
            activity.SetTag(TagNames.ErrorType, reason).SetStatus(ActivityStatusCode.Error, reason);
        }

        activity?.Dispose();
    }
}
