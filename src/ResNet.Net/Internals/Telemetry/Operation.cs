namespace ResNet.Net.Internals.Telemetry;

/// <summary>What a picture is handed in for.</summary>
internal enum Operation
{
    Classify,
    Probabilities,
    Scores,
    Embed,
    Explain,
}
