using System.Security.Cryptography;
using System.Text;

namespace ResNet.Net.Evaluation.Internals.Journal;

/// <summary>What a journal's results belong to.</summary>
internal sealed record JournalHeader(int Journal, string Model, string Labels, string Profile, string Crops, string Dataset, int Pictures, string Fingerprint)
{
    public const int Version = 1;

    public static JournalHeader Of(ResNetClassifier classifier, ImageDataset dataset) => new(
        Version,
        classifier.ModelName,
        HashOf(classifier.Labels),
        classifier.Profile.Name,
        classifier.Crops.ToString(),
        dataset.Name,
        dataset.Images.Count,
        dataset.Fingerprint);

    /// <summary>How this one differs from what is wanted, in words; null where it does not. A data set may have moved: its name does not count.</summary>
    public string? DifferenceFrom(JournalHeader wanted)
        => Journal != wanted.Journal ? $"of version {Journal} of the format, not {wanted.Journal}"
        : Model != wanted.Model ? $"of the model '{Model}', not '{wanted.Model}'"
        : Labels != wanted.Labels ? $"of a model '{Model}' with other labels"
        : Profile != wanted.Profile ? $"of pictures prepared by the profile '{Profile}', not '{wanted.Profile}'"
        : Crops != wanted.Crops ? $"of the crops {Crops}, not {wanted.Crops}"
        : Fingerprint != wanted.Fingerprint ? $"of the data set '{Dataset}' with {Pictures} pictures; '{wanted.Dataset}' with {wanted.Pictures} has other pictures or other classes"
        : null;

    private static string HashOf(LabelSet labels)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Enumerable.Range(0, labels.Count).Select(i => labels[i])))))[..16];
}
