using System.Globalization;

namespace ResNet.Net.Evaluation;

/// <summary>Reads the ground truth of ImageNet's validation images in any of its published file formats.</summary>
internal sealed class GroundTruth
{
    private readonly string _path;

    // By file name without extension; null if the ground truth is by position.
    private readonly Dictionary<string, string>? _byName;
    private readonly List<string> _values;

    private GroundTruth(string path, Dictionary<string, string>? byName, List<string> values)
    {
        _path = path;
        _byName = byName;
        _values = values;
    }

    /// <summary>Reads a ground-truth file or the development kit.</summary>
    /// <param name="path">The file, or the kit's archive or folder.</param>
    /// <param name="map">Receives the synsets of the development kit's ids; null if the ground truth is another.</param>
    public static GroundTruth Load(string path, out SynsetMap? map)
    {
        if (DevelopmentKit.Is(path))
        {
            DevelopmentKit kit = DevelopmentKit.Load(path);
            map = kit.Synsets;
            return Load(path, kit.Lines);
        }

        map = MapNextTo(path) is string mapPath ? SynsetMap.Load(mapPath) : null;
        return Load(path, TextLines.Read(path));
    }

    /// <summary>Returns whether <see cref="Load(string, out SynsetMap?)"/> provides a map.</summary>
    public static bool HasMap(string path) => DevelopmentKit.Is(path) || MapNextTo(path) is not null;

    private static string? MapNextTo(string path)
    {
        string[] names = Path.GetFileName(path) == DevelopmentKit.IdsName ? [DevelopmentKit.SynsetsName, "map_clsloc.txt"] : [];
        return names.Select(name => Path.Combine(Path.GetDirectoryName(path)!, name)).FirstOrDefault(File.Exists);
    }

    private static GroundTruth Load(string path, IReadOnlyList<(int Number, string Text)> lines)
    {
        if (lines.Count == 0)
        {
            throw new ImageDatasetException($"The ground truth '{path}' is empty.");
        }

        return lines[0].Text.StartsWith("ImageId,", StringComparison.OrdinalIgnoreCase)
            ? LoadKaggle(path, lines)
            : LoadText(path, lines);
    }

    /// <summary>Returns the class of each image.</summary>
    /// <exception cref="ImageDatasetException">Images have no ground truth, or it is ambiguous or malformed.</exception>
    public int[] Classes(string[] names, LabelSet labels, SynsetMap? map, string dataset)
    {
        Func<string, (int? Index, string? Reason)> classOf = Reader(labels, map);
        Func<string, int, string?> valueOf = _byName is null
            ? ByPosition(names)
            : (name, _) => _byName.GetValueOrDefault(Path.GetFileNameWithoutExtension(name));
        DatasetErrors errors = new(dataset, labels);
        int[] classes = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (valueOf(names[i], i) is not string value)
            {
                errors.Add($"the image '{names[i]}' has no line in '{Path.GetFileName(_path)}'");
                continue;
            }

            (int? index, string? reason) = classOf(value);
            classes[i] = index ?? -1;
            if (reason is not null)
            {
                errors.Add($"the image '{names[i]}' has the ground truth '{value}', which {reason}");
            }
        }

        errors.ThrowIfAny($"Check that '{_path}' belongs to these images and to this model.");
        return classes;
    }

    // ImageId,PredictionString: a synset id and the corners of a box for every object in the image.
    private static GroundTruth LoadKaggle(string path, IReadOnlyList<(int Number, string Text)> lines)
    {
        const int Columns = 5;
        Dictionary<string, string> byName = new(StringComparer.OrdinalIgnoreCase);
        foreach ((int number, string text) in lines.Skip(1))
        {
            string[] parts = text.Split(',', 2);
            string[] words = parts.Length == 2 ? parts[1].Trim('"').Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            string[] synsets = [.. words.Where((_, i) => i % Columns == 0).Distinct(StringComparer.OrdinalIgnoreCase)];
            if (synsets is not [string synset] || ClassNames.SynsetAtStart(synset) != synset)
            {
                throw Malformed(path, number, text, "must be an image and one synset id with boxes, as in LOC_val_solution.csv");
            }

            Add(byName, path, number, parts[0], synset);
        }

        return new GroundTruth(path, byName, [.. byName.Values]);
    }

    private static GroundTruth LoadText(string path, IReadOnlyList<(int Number, string Text)> lines)
    {
        char[] blanks = [' ', '\t'];
        bool named = lines[0].Text.IndexOfAny(blanks) >= 0;
        Dictionary<string, string> byName = new(StringComparer.OrdinalIgnoreCase);
        List<string> values = new(lines.Count);
        foreach ((int number, string text) in lines)
        {
            int blank = text.LastIndexOfAny(blanks);
            string value = text[(blank + 1)..];
            if (blank >= 0 != named || !(ClassNames.IsNumber(value) || ClassNames.SynsetAtStart(value) == value))
            {
                throw Malformed(path, number, text, named
                    ? "must be a file name and a class index or synset id, as the first line is"
                    : "must be a number or a synset id, as the first line is");
            }

            values.Add(value);
            if (named)
            {
                Add(byName, path, number, text[..blank].Trim(), value);
            }
        }

        return new GroundTruth(path, named ? byName : null, values);
    }

    private static void Add(Dictionary<string, string> byName, string path, int number, string image, string value)
    {
        if (!byName.TryAdd(Path.GetFileNameWithoutExtension(image.Replace('\\', '/')), value))
        {
            throw Malformed(path, number, image, "occurs twice");
        }
    }

    private static ImageDatasetException Malformed(string path, int number, string text, string reason)
        => new($"The ground truth '{path}' is malformed: line {number}, '{(text.Length > 80 ? text[..80] + "..." : text)}', {reason}.");

    // Values are class indices from 0, ILSVRC2012 ids from 1, or synset ids.
    private Func<string, (int? Index, string? Reason)> Reader(LabelSet labels, SynsetMap? map)
    {
        ClassNames classes = new(labels);
        (int?, string?) OfSynset(string? synset)
        {
            bool hasSynsets = labels.GetSynsetId(0) is not null;

            // For labels without synset ids, a complete map defines the order of the classes.
            return synset is null ? (null, $"'{map!.Path}' doesn't contain")
                : classes.OfSynset(synset) is int index ? (index, null)
                : !hasSynsets && map is { HasIds: false } && map.Count == labels.Count && map.NumberOf(synset) is int found ? (found, null)
                : (null, hasSynsets ? "is not the synset id of a class" : "is a synset id, but these labels have none");
        }

        if (_values.TrueForAll(v => !ClassNames.IsNumber(v)))
        {
            return OfSynset;
        }

        if (!_values.TrueForAll(ClassNames.IsNumber))
        {
            throw new ImageDatasetException($"The ground truth '{_path}' mixes numbers and synset ids. Use one of them.");
        }

        int[] numbers = [.. _values.Select(ToNumber)];
        bool fromZero = numbers.Contains(0);

        // Caffe's lists count from 0. Without a 0, numbers up to the class count are ILSVRC2012 ids, and so are numbers without file names.
        bool areIds = !fromZero && (_byName is null || map is { HasIds: true } || numbers.Max() >= labels.Count);
        if (areIds && map is not { HasIds: true })
        {
            throw new ImageDatasetException(
                $"The ground truth '{_path}' holds numbers from {numbers.Min()} to {numbers.Max()}, which look like ILSVRC2012 ids. "
                + "These are not in the order of the synset ids that models use, so every accuracy would be wrong. "
                + "Provide the development kit (ILSVRC2012_devkit_t12.tar.gz), its meta.mat, or a map with lines such as "
                + "'n02119789 1 kit_fox' (map_clsloc.txt), or use val.txt or LOC_val_solution.csv."
                + (map is null ? "" : $" '{map.Path}' lists synset ids without numbers, so it doesn't define ILSVRC2012 ids."));
        }

        if (!areIds && map is { HasIds: true })
        {
            throw new ImageDatasetException(
                $"The ground truth '{_path}' counts from 0, but the map '{map.Path}' defines ILSVRC2012 ids, which count from 1. "
                + "Omit the map.");
        }

        return text =>
        {
            int number = ToNumber(text);
            return map is not null ? OfSynset(map.Synset(number))
                : number < labels.Count ? (number, null)
                : (null, $"is not a class index from 0 to {labels.Count - 1}");
        };
    }

    private static int ToNumber(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;

    // Line k belongs to the k-th image if the counts match, else to the image whose name ends in k (ILSVRC2012_val_00000001).
    private Func<string, int, string?> ByPosition(string[] names)
    {
        if (names.Length == _values.Count)
        {
            return (_, position) => _values[position];
        }

        return (name, _) =>
        {
            string stem = Path.GetFileNameWithoutExtension(name);
            string digits = stem[(stem.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1)..];
            int number = digits.Length == 8 ? ToNumber(digits) : 0;
            return number >= 1 && number <= _values.Count ? _values[number - 1] : null;
        };
    }
}
