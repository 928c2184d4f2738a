using System.Text.Json;
using System.Text.Json.Serialization;
using ResNet.Net.Samples.Support;

namespace ResNet.Net.Samples.Batch;

/// <summary>What the rows of a CSV file come from: kept in a file beside it, since CSV has no comments.</summary>
/// <param name="Version">The version of this file and of the rows.</param>
/// <param name="Folder">The full path of the folder.</param>
/// <param name="Top">Classes a picture.</param>
/// <param name="Model">The model, and how pictures are prepared for it.</param>
internal sealed partial record RunFacts(int Version, string Folder, int Top, ModelFacts Model)
{
    public const int CurrentVersion = 1;

    /// <exception cref="JsonException">It is none.</exception>
    public static RunFacts Read(string path) => JsonSerializer.Deserialize(File.ReadAllText(path), RunFactsJson.Default.RunFacts) ?? throw new JsonException();

    public void Write(string path) => TextFiles.Write(path, JsonSerializer.Serialize(this, RunFactsJson.Default.RunFacts) + "\n");

    /// <summary>How these differ from what is wanted, in words that follow "made"; null where they do not.</summary>
    public string? DifferenceFrom(RunFacts wanted)
        => Version != wanted.Version ? $"by another version of this program (format {Version}, not {wanted.Version})"
        : Folder != wanted.Folder ? $"from the folder '{Folder}', not '{wanted.Folder}'"
        : Top != wanted.Top ? $"with --top {Top}, not {wanted.Top}"
        : Model.DifferenceFrom(wanted.Model);

    [JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
    [JsonSerializable(typeof(RunFacts))]
    private sealed partial class RunFactsJson : JsonSerializerContext;
}
