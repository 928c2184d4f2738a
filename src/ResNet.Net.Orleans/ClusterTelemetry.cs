using System.Diagnostics;

namespace ResNet.Net.Orleans;

/// <summary>
/// Provides the names of the meters and the activity source of a cluster. Those of the models are in <see cref="ResNetTelemetry"/>.
/// </summary>
public static class ClusterTelemetry
{
    /// <summary>The name of the meter with the images and shards of the worker in this process.</summary>
    public const string MeterName = "ResNet.Net.Orleans";

    /// <summary>The name of Orleans' own meter.</summary>
    public const string OrleansMeterName = "Microsoft.Orleans";

    /// <summary>The name of the <see cref="ActivitySource"/> with the shards of workers, for OpenTelemetry's <c>AddSource</c>.</summary>
    public const string ActivitySourceName = "ResNet.Net.Orleans";

    internal static ActivitySource Activities { get; } = new(ActivitySourceName);
}
