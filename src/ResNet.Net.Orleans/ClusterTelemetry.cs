namespace ResNet.Net.Orleans;

/// <summary>Provides the names of the meters of a cluster. Metrics of the models are those of <see cref="ResNetTelemetry"/>.</summary>
public static class ClusterTelemetry
{
    /// <summary>The name of the meter with the images and shards of the worker in this process.</summary>
    public const string MeterName = "ResNet.Net.Orleans";

    /// <summary>The name of Orleans' own meter.</summary>
    public const string OrleansMeterName = "Microsoft.Orleans";
}
