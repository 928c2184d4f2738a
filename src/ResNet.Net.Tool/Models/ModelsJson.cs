using System.Text.Json.Serialization;

namespace ResNet.Net.Tool.Models;

/// <summary>A variant in the output of <c>list --json</c>.</summary>
internal sealed record VariantLine(
    string Id,
    IReadOnlyList<FileLine> Files,
    int Opset,
    string Precision,
    double? Top1,
    double? Top5,
    bool Embedded,
    IReadOnlyList<StoredLine> Stored);

/// <summary>A published file in the output of <c>list --json</c>; size, hash and address are null if they are unknown.</summary>
internal sealed record FileLine(string Name, long? Bytes, string? Sha256, Uri? Address);

/// <summary>A file of the store in the output of <c>list --json</c>.</summary>
internal sealed record StoredLine(
    string Kind, string Name, string State, long Bytes, string Path, DateTimeOffset? VerifiedAt, string? Sha256);

/// <summary>The result for one file in the output of <c>pull</c>, <c>verify</c>, <c>remove</c> and <c>import --json</c>.</summary>
internal sealed record ResultLine(string? Id, string Result, string? Path, string? Error, string? Sha256 = null);

/// <summary>The output of <c>import-caffe2 --json</c>.</summary>
internal sealed record Caffe2Line(
    string Init,
    string InitSha256,
    string Predict,
    string PredictSha256,
    string? Variant,
    bool IsVerified,
    double? Top1,
    double? Top5,
    IReadOnlyList<string> Warnings,
    string Output);

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
[JsonSerializable(typeof(Caffe2Line))]
[JsonSerializable(typeof(GoldenLine))]
[JsonSerializable(typeof(WhereLine))]
[JsonSerializable(typeof(CheckLine))]
internal sealed partial class ModelsJson : JsonSerializerContext;
