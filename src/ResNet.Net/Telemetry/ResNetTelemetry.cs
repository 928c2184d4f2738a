namespace ResNet.Net;

/// <summary>Defines the names of this library's telemetry. Instruments, activities and log events: <c>docs/diagnostics.md</c>.</summary>
public static class ResNetTelemetry
{
    /// <summary>
    /// The name of the <see cref="System.Diagnostics.Metrics.Meter"/>, for OpenTelemetry's <c>AddMeter</c> and for
    /// <c>dotnet-counters</c>.
    /// </summary>
    public const string MeterName = "ResNet.Net";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>, for OpenTelemetry's <c>AddSource</c>.</summary>
    public const string ActivitySourceName = "ResNet.Net";

    /// <summary>The log category of messages from ONNX Runtime.</summary>
    public const string OnnxRuntimeLogCategory = "ResNet.Net.OnnxRuntime";
}
