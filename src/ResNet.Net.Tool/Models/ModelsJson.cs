using System.Text.Json.Serialization;

namespace ResNet.Net.Tool.Models;

/// <summary>A variant in the output of <c>list --json</c>.</summary>
internal sealed record VariantLine(
    string Id,
    string File,
    long Bytes,
    int Opset,
    string Precision,
    double? Top1,
    double? Top5,
    string Sha256,
    bool Embedded,
    IReadOnlyList<StoredLine> Stored);

/// <summary>A file of the store in the output of <c>list --json</c>.</summary>
internal sealed record StoredLine(string Kind, string State, long Bytes, string Path, DateTimeOffset? VerifiedAt);

/// <summary>The result for one variant in the output of <c>pull</c>, <c>verify</c>, <c>remove</c> and <c>import --json</c>.</summary>
internal sealed record ResultLine(string? Id, string Result, string? Path, string? Error);

/// <summary>A dataset in the output of <c>verify --golden --json</c>.</summary>
internal sealed record GoldenLine(
    string Id,
    string Dataset,
    double MaxDifference,
    double MaxRelativeDifference,
    double Allowed,
    bool SameTop1,
    bool SameTop5,
    bool Passed,
    string? Failure);

/// <summary>The output of <c>where --json</c>.</summary>
internal sealed record WhereLine(string Store, IReadOnlyList<string> LocalFolders, IReadOnlyList<string> Sources, bool Offline);

/// <summary>A check in the output of <c>doctor --json</c>.</summary>
internal sealed record CheckLine(string Result, string Subject, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VariantLine))]
[JsonSerializable(typeof(ResultLine))]
[JsonSerializable(typeof(GoldenLine))]
[JsonSerializable(typeof(WhereLine))]
[JsonSerializable(typeof(CheckLine))]
internal sealed partial class ModelsJson : JsonSerializerContext;
