namespace ResNet.Net;

/// <summary>Under which names this library can be watched. Instruments, spans and log events: <c>docs/diagnostics.md</c>.</summary>
public static class ResNetTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>: for <c>AddMeter</c> of OpenTelemetry, for <c>dotnet-counters --counters</c>.</summary>
    public const string MeterName = "ResNet.Net";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>: for <c>AddSource</c> of OpenTelemetry.</summary>
    public const string ActivitySourceName = "ResNet.Net";

    /// <summary>The log category of ONNX Runtime's own messages.</summary>
    public const string OnnxRuntimeLogCategory = "ResNet.Net.OnnxRuntime";
}
