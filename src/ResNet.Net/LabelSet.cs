using System.Text;
using ResNet.Net.Onnx;

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

    /// <summary>Gets the path of the file, or another description of the origin; null if the labels come from the caller.</summary>
    internal string? Source { get; init; }

    /// <summary>Gets whether the labels are generated, because the model has none.</summary>
    internal bool IsNumbered { get; private init; }

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

    /// <summary>Reads labels from a file. Its content determines the format; the extension is ignored.</summary>
    /// <remarks>
    /// <para>
    /// The formats: one label per line; lines with an index (<c>0 cat</c>, <c>0: cat</c>, <c>0,cat</c>) or a synset id
    /// (<c>n01440764 tench, Tinca tinca</c>); a JSON array of labels; a JSON object by index (<c>{"0": "cat"}</c>,
    /// <c>{"0": ["n01440764", "tench"]}</c>) or by label (<c>{"cat": 0}</c>); <c>config.json</c> of a Hugging Face model; <c>data.yaml</c>
    /// and the metadata <c>names</c> of Ultralytics.
    /// </para>
    /// <para>
    /// Indexes must run from 0 to the number of labels - 1, in any order. Lines that start with other numbers are labels, such as
    /// <c>101 dalmatians</c>.
    /// </para>
    /// <para>
    /// The encoding is UTF-8, or UTF-16 or UTF-32 with a byte order mark. Other text is read as Windows-1252, which includes Latin-1.
    /// </para>
    /// </remarks>
    /// <param name="path">The path of a file of at most 16 MiB.</param>
    /// <returns>The labels, named after the file.</returns>
    /// <exception cref="ResNetException">
    /// The file is not text, is too large, has no labels, or an index or a label is missing. The message says where.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied, or the path is a folder.</exception>
    public static LabelSet Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using FileStream file = RegularFile.OpenRead(path, FileShare.Read | FileShare.Delete);
        if (file.Length > LabelText.MaxBytes)
        {
            throw new ResNetException(
                $"The label file '{path}' has {file.Length} bytes; at most {LabelText.MaxBytes} are read. Check the path.");
        }

        // A pipe has no length.
        using MemoryStream bytes = new();
        byte[] buffer = new byte[1 << 16];
        while (file.Read(buffer) is > 0 and int count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > LabelText.MaxBytes)
            {
                throw new ResNetException(
                    $"The label file '{path}' has more than {LabelText.MaxBytes} bytes, which is the maximum. Check the path.");
            }
        }

        string text = LabelText.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))
            ?? throw new ResNetException($"The label file '{path}' contains binary data instead of text. Check the path.");
        return LabelParser.Parse(text, Path.GetFileName(path), Path.GetFullPath(path));
    }

    /// <summary>Reads labels from text in one of the formats of <see cref="Load"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The display name of the set.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="ResNetException">
    /// The text has no labels, or an index or a label is missing. The message says where.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static LabelSet Parse(string text, string name = "labels")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return LabelParser.Parse(text, name, name);
    }

    /// <summary>Creates the labels of a model without labels: <c>class 0</c>, <c>class 1</c> and so on.</summary>
    internal static LabelSet Numbered(int count)
        => new("numbered", Enumerable.Range(0, count).Select(i => $"class {i}")) { IsNumbered = true };

    private static LabelSet ReadImageNet()
    {
        using Stream stream = EmbeddedResource.Open("imagenet-synsets.txt");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), "ImageNet");
    }

    private int CheckIndex(int classIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(classIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(classIndex, Count);
        return classIndex;
    }
}
