namespace ResNet.Net.Comparison;

/// <summary>Specifies how much is measured.</summary>
internal sealed record MeasurementPlan(int Starts, int Rounds, int LatencyImages, int ThroughputDivisor, int ScoreImages)
{
    public static MeasurementPlan Full { get; } = new(Starts: 2, Rounds: 5, LatencyImages: 20, ThroughputDivisor: 1, ScoreImages: 20);

    public static MeasurementPlan Quick { get; } = new(Starts: 1, Rounds: 1, LatencyImages: 8, ThroughputDivisor: 5, ScoreImages: 4);
}
