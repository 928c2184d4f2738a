using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ResNet.Net.Tool.CommandLine;

/// <summary>
/// Identifies the model and the preprocessing behind stored results, so that a later run never mixes them with other results.
/// </summary>
/// <param name="Model">The model's name.</param>
/// <param name="Sha256">The hash of its file.</param>
/// <param name="Labels">The name and hash of its labels, and what its output holds; empty for embeddings.</param>
/// <param name="Profile">The preprocessing profile.</param>
/// <param name="Crops">The crops of each image.</param>
internal sealed partial record ModelFingerprint(string Model, string Sha256, string Labels, string Profile, string Crops)
{
    public static ModelFingerprint Of(ResNetClassifier classifier, ModelChoice choice) => new(
        classifier.ModelName,
        HashOf(classifier.Variant, choice),
        $"{classifier.Labels.Name}, {HashOf(classifier.Labels)}, {classifier.OutputKind} {choice.OutputName}".TrimEnd(),
        classifier.Profile.ToString(),
        classifier.Crops.ToString());

    public static ModelFingerprint Of(ResNetEmbedder embedder, ModelChoice choice) => new(
        embedder.ModelName,
        HashOf(embedder.Variant, choice),
        Labels: "",
        embedder.Profile.ToString(),
        embedder.Crops.ToString());

    /// <exception cref="JsonException">The text is not a fingerprint.</exception>
    public static ModelFingerprint FromJson(string json)
        => JsonSerializer.Deserialize(json, ModelFingerprintJson.Default.ModelFingerprint) ?? throw new JsonException();

    public string ToJson() => JsonSerializer.Serialize(this, ModelFingerprintJson.Default.ModelFingerprint);

    /// <summary>Describes how this differs from the wanted fingerprint, in words that follow "created"; null when it does not.</summary>
    public string? DifferenceFrom(ModelFingerprint wanted)
        => Model != wanted.Model ? $"with the model '{Model}', not '{wanted.Model}'"
        : Sha256 != wanted.Sha256 ? $"with a different file of the model '{Model}'"
        : Labels != wanted.Labels ? $"with different labels ({Labels}, not {wanted.Labels})"
        : Profile != wanted.Profile ? $"with different preprocessing ({Profile}, not {wanted.Profile})"
        : Crops != wanted.Crops ? $"with different crops ({Crops}, not {wanted.Crops})"
        : null;

    private static string HashOf(ResNetVariant? variant, ModelChoice choice)
    {
        if (variant is null)
        {
            return HashOf(choice.Model);
        }

        IEnumerable<string?> hashes = variant.Files.All(f => f.Sha256 is not null)
            ? variant.Files.Select(f => f.Sha256)
            : choice.OpenStore().VerifyAsync(variant).GetAwaiter().GetResult().Select(m => m.Sha256);
        return string.Join('-', hashes);
    }

    private static string HashOf(string file)
    {
        using FileStream stream = InputFile.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string HashOf(LabelSet labels)
    {
        string text = string.Join('\0', Enumerable.Range(0, labels.Count).Select(i => labels[i]));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    [JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
    [JsonSerializable(typeof(ModelFingerprint))]
    private sealed partial class ModelFingerprintJson : JsonSerializerContext;
}
