using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Samples.Support;

/// <summary>What tells the results of a model from those of any other: kept with results that a later run adds to, or compares with.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Sha256">The hash of its file.</param>
/// <param name="Labels">A part of the hash of its labels, and what its output holds.</param>
/// <param name="Profile">How pictures are prepared.</param>
/// <param name="Crops">Which parts of a picture it sees.</param>
internal sealed partial record ModelFacts(string Model, string Sha256, string Labels, string Profile, string Crops)
{
    public static ModelFacts Of(ResNetClassifier classifier, ModelChoice choice) => new(
        classifier.ModelName,
        classifier.Variant?.Sha256 ?? HashOf(choice.Model),
        $"{classifier.Labels.Name}, {HashOf(classifier.Labels)}, {choice.OutputKind}",
        classifier.Profile.ToString(),
        classifier.Crops.ToString());

    /// <exception cref="JsonException">It is none.</exception>
    public static ModelFacts FromJson(string json) => JsonSerializer.Deserialize(json, ModelFactsJson.Default.ModelFacts) ?? throw new JsonException();

    public string ToJson() => JsonSerializer.Serialize(this, ModelFactsJson.Default.ModelFacts);

    /// <summary>How these differ from what is wanted, in words that follow "made"; null where they do not.</summary>
    public string? DifferenceFrom(ModelFacts wanted)
        => Model != wanted.Model ? $"with the model '{Model}', not '{wanted.Model}'"
        : Sha256 != wanted.Sha256 ? $"with another file of the model '{Model}'"
        : Labels != wanted.Labels ? $"with other labels ({Labels}, not {wanted.Labels})"
        : Profile != wanted.Profile ? $"of pictures prepared in another way ({Profile}, not {wanted.Profile})"
        : Crops != wanted.Crops ? $"of other crops ({Crops}, not {wanted.Crops})"
        : null;

    private static string HashOf(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string HashOf(LabelSet labels) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Enumerable.Range(0, labels.Count).Select(i => labels[i])))))[..16];

    [JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
    [JsonSerializable(typeof(ModelFacts))]
    private sealed partial class ModelFactsJson : JsonSerializerContext;
}
