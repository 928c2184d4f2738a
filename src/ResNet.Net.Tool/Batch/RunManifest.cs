using System.Text.Json;
using System.Text.Json.Serialization;
using ResNet.Net.Tool.CommandLine;

namespace ResNet.Net.Tool.Batch;

/// <summary>Records how a CSV file was created, in a file next to it, since CSV has no comments.</summary>
/// <param name="Version">The version of this file and of the rows.</param>
/// <param name="Folder">The full path of the folder.</param>
/// <param name="Top">The number of classes per image.</param>
/// <param name="Model">The model and the preprocessing.</param>
internal sealed partial record RunManifest(int Version, string Folder, int Top, ModelFingerprint Model)
{
    public const int CurrentVersion = 1;

    /// <exception cref="JsonException">The file is not a manifest.</exception>
    public static RunManifest Read(string path)
        => JsonSerializer.Deserialize(InputFile.ReadAllText(path), RunManifestJson.Default.RunManifest) ?? throw new JsonException();

    public void Write(string path)
        => TextFiles.Write(path, JsonSerializer.Serialize(this, RunManifestJson.Default.RunManifest) + "\n");

    /// <summary>Describes how this differs from the wanted manifest, in words that follow "created"; null when it does not.</summary>
    public string? DifferenceFrom(RunManifest wanted)
        => Version != wanted.Version ? $"by another version of this tool (format {Version}, not {wanted.Version})"
        : Folder != wanted.Folder ? $"from the folder '{Folder}', not '{wanted.Folder}'"
        : Top != wanted.Top ? $"with --top {Top}, not {wanted.Top}"
        : Model.DifferenceFrom(wanted.Model);

    [JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
    [JsonSerializable(typeof(RunManifest))]
    private sealed partial class RunManifestJson : JsonSerializerContext;
}
