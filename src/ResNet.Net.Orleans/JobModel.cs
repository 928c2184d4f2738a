using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ResNet.Net.Orleans;

/// <summary>
/// Identifies the model of a job: the content of its file, its labels and its preprocessing. Machines compare it with their own model,
/// so that the rows of a job never come from different models. Immutable and thread-safe.
/// </summary>
public sealed class JobModel : IEquatable<JobModel>
{
    /// <summary>Initializes a new instance of the <see cref="JobModel"/> class.</summary>
    /// <param name="id">The id of a <see cref="ResNetVariant"/>, or the name of a custom model.</param>
    /// <param name="sha256">The SHA-256 of the model file: 64 hexadecimal digits.</param>
    /// <param name="labels">The names of the classes, in output order.</param>
    /// <param name="preprocessing">The preprocessing profile and the crops, as text.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="id"/> or <paramref name="preprocessing"/> is empty, or <paramref name="sha256"/> is not a SHA-256.
    /// </exception>
    public JobModel(string id, string sha256, LabelSet labels, string preprocessing)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentNullException.ThrowIfNull(sha256);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrWhiteSpace(preprocessing);
        const int HexDigits = 64;
        if (sha256.Length != HexDigits || !sha256.All(char.IsAsciiHexDigit))
        {
            throw new ArgumentException($"'{sha256}' is not a SHA-256 in {HexDigits} hexadecimal digits.", nameof(sha256));
        }

        Id = id;
        Sha256 = sha256.ToLowerInvariant();
        Labels = labels;
        Preprocessing = preprocessing;
    }

    /// <summary>Gets the id of the <see cref="ResNetVariant"/>, or the name of the custom model.</summary>
    public string Id { get; }

    /// <summary>Gets the SHA-256 of the model file, in lowercase hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Gets the names of the classes, in output order.</summary>
    public LabelSet Labels { get; }

    /// <summary>Gets the preprocessing profile and the crops, as text.</summary>
    public string Preprocessing { get; }

    /// <summary>Identifies the model of a classifier.</summary>
    /// <param name="classifier">The classifier. It stays with the caller.</param>
    /// <returns>The identity. The file of a custom model is read once to compute its hash.</returns>
    /// <exception cref="IOException">The file of a custom model can't be read.</exception>
    public static JobModel Of(ResNetClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return new JobModel(
            classifier.ModelName,
            classifier.Content.ComputeSha256(),
            classifier.Labels,
            string.Create(CultureInfo.InvariantCulture, $"{TextOf(classifier.Profile)}, {classifier.Crops}"));
    }

    // The format of model files, which other versions of the library write in the same way.
    private static string TextOf(PreprocessingProfile profile)
    {
        try
        {
            return ProfileJson.Write(profile);
        }
        catch (ResNetException)
        {
            // It has a mean image, for example.
            return profile.ToString();
        }
    }

    /// <summary>Describes how this model differs from another.</summary>
    /// <param name="other">The other model.</param>
    /// <returns>The first difference in words; <see langword="null"/> if there is none.</returns>
    public string? DifferenceFrom(JobModel other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id != other.Id ? $"the model is '{Id}', not '{other.Id}'"
            : Sha256 != other.Sha256 ? $"the file of the model '{Id}' has the SHA-256 {Sha256}, not {other.Sha256}"
            : Preprocessing != other.Preprocessing
                ? $"the preprocessing of the model '{Id}' is {Preprocessing}, not {other.Preprocessing}"
            : !SameLabels(Labels, other.Labels) ? $"the labels of the model '{Id}' differ"
            : null;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] JobModel? other) => other is not null && DifferenceFrom(other) is null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JobModel);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Sha256);

    /// <inheritdoc/>
    public override string ToString() => $"{Id} ({Sha256[..12]})";

    private static bool SameLabels(LabelSet a, LabelSet b)
        => ReferenceEquals(a, b)
            || (a.Count == b.Count && Enumerable.Range(0, a.Count).All(i => a[i] == b[i] && a.GetSynsetId(i) == b.GetSynsetId(i)));
}
