using System.Text;

namespace ResNet.Net;

/// <summary>Represents the class labels of a model, in output order. Immutable and thread-safe.</summary>
public sealed class LabelSet
{
    private static readonly Lazy<LabelSet> LazyImageNet = new(ReadImageNet);

    private readonly string[] _labels;
    private readonly string?[]? _synsetIds;

    /// <summary>Initializes a new instance of the <see cref="LabelSet"/> class.</summary>
    /// <param name="name">The display name of the set.</param>
    /// <param name="labels">The labels in output order; at least one, none empty.</param>
    /// <param name="synsetIds">
    /// The WordNet synset ids, such as <c>n01440764</c>, in the same order; <see langword="null"/> if the classes have none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="name"/> or a label is empty, <paramref name="labels"/> has no elements, or the numbers of labels and ids differ.
    /// </exception>
    public LabelSet(string name, IEnumerable<string> labels, IEnumerable<string?>? synsetIds = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(labels);
        Name = name;
        _labels = [.. labels];
        _synsetIds = synsetIds?.ToArray();
        if (_labels.Length == 0)
        {
            throw new ArgumentException(
                $"The label set '{name}' has no labels. Provide exactly one label per class, in output order.", nameof(labels));
        }

        int empty = Array.FindIndex(_labels, string.IsNullOrWhiteSpace);
        if (empty >= 0)
        {
            throw new ArgumentException(
                $"Label {empty} of the label set '{name}' is empty. Provide a label for every class.", nameof(labels));
        }

        if (_synsetIds is not null && _synsetIds.Length != _labels.Length)
        {
            throw new ArgumentException(
                $"The label set '{name}' has {_labels.Length} labels but {_synsetIds.Length} synset ids. "
                + "Provide one id per label, or none.",
                nameof(synsetIds));
        }
    }

    /// <summary>
    /// Gets the 1000 classes of ImageNet (ILSVRC 2012) with their WordNet synset ids, in the output order of every zoo model.
    /// </summary>
    public static LabelSet ImageNet => LazyImageNet.Value;

    /// <summary>Gets the 10 classes of CIFAR-10.</summary>
    public static LabelSet Cifar10 { get; } = new(
        "CIFAR-10", ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    /// <summary>Gets the display name of the set.</summary>
    public string Name { get; }

    /// <summary>Gets the number of classes.</summary>
    public int Count => _labels.Length;

    /// <summary>Gets the label of a class.</summary>
    /// <param name="classIndex">The index of the class, from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classIndex"/> is out of range.</exception>
    public string this[int classIndex] => _labels[CheckIndex(classIndex)];

    /// <summary>Gets the WordNet synset id of a class.</summary>
    /// <param name="classIndex">The index of the class, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>An id such as <c>n01440764</c>; <see langword="null"/> if the class has none.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classIndex"/> is out of range.</exception>
    public string? GetSynsetId(int classIndex) => _synsetIds?[CheckIndex(classIndex)];

    /// <summary>
    /// Reads labels from a text file with one label per line, in output order. If every line has the form <c>n01440764 tench, Tinca
    /// tinca</c>, the synset ids are read as well.
    /// </summary>
    /// <param name="path">The path of a UTF-8 text file. Empty lines at its end are ignored.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> is empty, or the file has no labels or an empty line between labels.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LabelSet FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Parse(Path.GetFileName(path), File.ReadLines(path, Encoding.UTF8));
    }

    private static LabelSet Parse(string name, IEnumerable<string> text)
    {
        List<string> lines = [.. text.Select(l => l.Trim())];
        while (lines.Count > 0 && lines[^1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        // All or none: a line of a file with plain labels can look like an id by chance.
        bool hasIds = lines.Count > 0 && lines.TrueForAll(StartsWithSynsetId);
        return hasIds
            ? new LabelSet(name, lines.Select(l => l[10..].Trim()), lines.Select(l => (string?)l[..9]))
            : new LabelSet(name, lines);
    }

    private static bool StartsWithSynsetId(string line)
        => line.Length > 10 && line[0] == 'n' && line[9] == ' ' && !line.AsSpan(1, 8).ContainsAnyExceptInRange('0', '9');

    private static LabelSet ReadImageNet()
    {
        using Stream stream = EmbeddedResource.Open("imagenet-synsets.txt");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return Parse("ImageNet", reader.ReadToEnd().Split('\n'));
    }

    private int CheckIndex(int classIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, Count);
        return classIndex;
    }
}
