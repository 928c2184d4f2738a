using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Comparison;

/// <summary>Represents <c>comparison.json</c>: the figures of one run.</summary>
internal sealed record ComparisonResults
{
    public const string FileName = "comparison.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public required string Date { get; init; }

    /// <summary>Gets whether the machine was quiet before the run, and the run was a full one.</summary>
    public bool Final => Quiet && !Quick;

    public required bool Quick { get; init; }

    public required bool Quiet { get; init; }

    /// <summary>Gets the part of all cores that was busy before the run.</summary>
    public required double BusyFraction { get; init; }

    public required double BusyLimit { get; init; }

    public required MachineInfo Machine { get; init; }

    public required string Photos { get; init; }

    public required int PhotoCount { get; init; }

    public required double MeanPhotoKilobytes { get; init; }

    public required int LatencySamples { get; init; }

    public required int Rounds { get; init; }

    public required IReadOnlyList<ModelResult> Models { get; init; }

    public static ComparisonResults Load(string folder)
        => JsonSerializer.Deserialize<ComparisonResults>(File.ReadAllText(Path.Combine(folder, FileName)), Json)!;

    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), $"{JsonSerializer.Serialize(this, Json).ReplaceLineEndings("\n")}\n");
    }
}
