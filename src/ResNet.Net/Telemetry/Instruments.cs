using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ResNet.Net;

/// <summary>The meter and the source of spans of this process, named as OpenTelemetry names things. They are never disposed: whoever listens may come at any time.</summary>
internal static class Instruments
{
    // From a small model on many cores, tenths of a millisecond, to a batch of large images.
    private static readonly double[] StageSeconds = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
    private static readonly double[] LoadSeconds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
    private static readonly int[] BatchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private static readonly string? Version = typeof(Instruments).Assembly.GetName().Version?.ToString(3);
    private static readonly Meter Meter = new(ResNetTelemetry.MeterName, Version);

    static Instruments()
        => _ = Meter.CreateObservableUpDownCounter("resnet.images.pending", ModelTelemetry.ObservePending, "{image}", "Images handed in and not answered yet: the depth of the queue, those that are at work included.");

    public static ActivitySource Activities { get; } = new(ResNetTelemetry.ActivitySourceName, Version);

    public static Counter<long> Answered { get; } = Meter.CreateCounter<long>("resnet.images.answered", "{image}", "Images that got their answer.");

    public static Counter<long> Failed { get; } = Meter.CreateCounter<long>("resnet.images.failed", "{image}", "Images that got none, by reason.");

    public static Histogram<double> StageDuration { get; } = Meter.CreateHistogram(
        "resnet.stage.duration", "s", "Time of an image's stage: decode, preprocess, inference. In a batch, its share of the batch's run.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StageSeconds });

    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram(
        "resnet.batch.size", "{image}", "Images that one run of the model took, of calls that take several.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = BatchSizes });

    public static Histogram<double> LoadDuration { get; } = Meter.CreateHistogram(
        "resnet.model.load.duration", "s", "Time from a file that is here to a classifier.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LoadSeconds });
}
