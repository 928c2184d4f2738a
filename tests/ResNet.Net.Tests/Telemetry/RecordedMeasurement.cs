namespace ResNet.Net.Tests;

/// <summary>What was measured.</summary>
internal sealed record RecordedMeasurement(string Instrument, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags);
