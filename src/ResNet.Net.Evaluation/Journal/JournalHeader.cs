using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Identifies the evaluation that a journal belongs to.</summary>
internal sealed record JournalHeader(
    int Journal,
    string Model,
    string ModelSha256,
    string Labels,
    string Profile,
    string Crops,
    string Dataset,
    int Images,
    string Fingerprint)
{
    public const int Version = 3;

    public static JournalHeader Of(ResNetClassifier classifier, ImageDataset dataset) => new(
        Version,
        classifier.ModelName,
        classifier.Content.ComputeSha256(),
        HashOf(classifier.Labels),
        classifier.Profile.Name,
        classifier.Crops.ToString(),
        dataset.Name,
        dataset.Images.Count,
        dataset.Fingerprint);

    /// <summary>Describes the difference from the expected header; null if there is none.</summary>
    /// <remarks>The dataset's name is ignored, since it may have been moved.</remarks>
    public string? DifferenceFrom(JournalHeader expected)
        => Journal != expected.Journal ? $"version {Journal} of the format, not {expected.Journal}"
        : Model != expected.Model ? $"the model '{Model}', not '{expected.Model}'"
        : ModelSha256 != expected.ModelSha256
            ? $"a model '{Model}' with other weights: its file has SHA-256 {ModelSha256}, not {expected.ModelSha256}"
        : Labels != expected.Labels ? $"a model '{Model}' with other labels"
        : Profile != expected.Profile ? $"the preprocessing profile '{Profile}', not '{expected.Profile}'"
        : Crops != expected.Crops ? $"the crops {Crops}, not {expected.Crops}"
        : Fingerprint != expected.Fingerprint
            ? $"the dataset '{Dataset}' with {Images} images; '{expected.Dataset}' with {expected.Images} has other images or other classes"
        : null;

    private static string HashOf(LabelSet labels)
    {
        string text = string.Join('\0', Enumerable.Range(0, labels.Count).Select(i => labels[i]));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}
