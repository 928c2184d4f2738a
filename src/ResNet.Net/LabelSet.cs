using System.Text;

namespace ResNet.Net;

/// <summary>The names of a model's classes, in the order of its outputs. Immutable.</summary>
public sealed class LabelSet
{
    private static readonly Lazy<LabelSet> LazyImageNet = new(ReadImageNet);

    private readonly string[] _labels;
    private readonly string?[]? _synsetIds;

    /// <summary>Creates a set from labels.</summary>
    /// <param name="name">The set's name, for people.</param>
    /// <param name="labels">The labels in the order of the model's outputs, at least one, none empty.</param>
    /// <param name="synsetIds">WordNet synset ids (<c>n01440764</c>) in the same order, if the classes have them.</param>
    /// <exception cref="ArgumentException">There are no labels, one is empty, or the counts differ.</exception>
    public LabelSet(string name, IEnumerable<string> labels, IEnumerable<string?>? synsetIds = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(labels);
        Name = name;
        _labels = [.. labels];
        _synsetIds = synsetIds?.ToArray();
        if (_labels.Length == 0)
        {
            throw new ArgumentException($"The label set '{name}' has no labels.", nameof(labels));
        }

        int empty = Array.FindIndex(_labels, string.IsNullOrWhiteSpace);
        if (empty >= 0)
        {
            throw new ArgumentException($"Label {empty} of the label set '{name}' is empty; every class needs a name.", nameof(labels));
        }

        if (_synsetIds is not null && _synsetIds.Length != _labels.Length)
        {
            throw new ArgumentException($"The label set '{name}' has {_labels.Length} labels but {_synsetIds.Length} synset ids.", nameof(synsetIds));
        }
    }

    /// <summary>The 1000 classes of ImageNet (ILSVRC 2012) with their WordNet synset ids, in the order of every zoo model.</summary>
    public static LabelSet ImageNet => LazyImageNet.Value;

    /// <summary>The 10 classes of CIFAR-10.</summary>
    public static LabelSet Cifar10 { get; } = new("CIFAR-10", ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]);

    /// <summary>The set's name.</summary>
    public string Name { get; }

    /// <summary>How many classes there are.</summary>
    public int Count => _labels.Length;

    /// <summary>The label of a class.</summary>
    /// <param name="classIndex">The class, from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string this[int classIndex] => _labels[Checked(classIndex)];

    /// <summary>The WordNet synset id of a class; null where the classes have none.</summary>
    /// <param name="classIndex">The class, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>An id such as <c>n01440764</c>, or null.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public string? GetSynsetId(int classIndex) => _synsetIds?[Checked(classIndex)];

    /// <summary>Reads labels from a text file, one a line in the order of the model's outputs; lines such as <c>n01440764 tench, Tinca tinca</c> give synset ids too.</summary>
    /// <param name="path">A UTF-8 text file. Empty lines at its end are left out.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="ArgumentException">The file has no labels, or an empty line between them.</exception>
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

        // All or none: a file of plain labels may well have a line that happens to look like an id.
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

    private int Checked(int classIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, Count);
        return classIndex;
    }
}
