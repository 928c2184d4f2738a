namespace ResNet.Net.Comparison;

/// <summary>Represents a figure of the tables.</summary>
internal sealed record Figure(string Name, string Unit, Func<ContestantResult, double?> Of, bool LargerIsBetter)
{
    public static Figure Latency { get; } = new("latency", " ms", result => result.MedianMilliseconds, LargerIsBetter: false);

    public static Figure Throughput { get; } = new("throughput", " images/s", result => result.ImagesPerSecond, LargerIsBetter: true);

    public static Figure Memory { get; } = new("peak memory", " MB", result => result.PeakMegabytes, LargerIsBetter: false);

    public static Figure Startup { get; } = new("startup", " ms", result => result.StartupMilliseconds, LargerIsBetter: false);

    public static IReadOnlyList<Figure> All { get; } = [Latency, Throughput, Memory, Startup];
}
