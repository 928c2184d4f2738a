using System.Globalization;

namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>The truth of ImageNet's validation pictures, in any of the files that it comes in.</summary>
internal sealed class GroundTruth
{
    private readonly string _path;

    /// <summary>By file name without extension; null where the truth is by position.</summary>
    private readonly Dictionary<string, string>? _byName;
    private readonly List<string> _values;

    private GroundTruth(string path, Dictionary<string, string>? byName, List<string> values)
    {
        _path = path;
        _byName = byName;
        _values = values;
    }

    public static GroundTruth Load(string path)
    {
        IReadOnlyList<(int Number, string Text)> lines = TextLines.Read(path);
        if (lines.Count == 0)
        {
            throw new ImageDatasetException($"The ground truth '{path}' is empty.");
        }

        return lines[0].Text.StartsWith("ImageId,", StringComparison.OrdinalIgnoreCase) ? LoadKaggle(path, lines) : LoadText(path, lines);
    }

    /// <summary>The class of each picture.</summary>
    /// <exception cref="ImageDatasetException">Some have none, or the truth cannot be understood.</exception>
    public int[] Classes(string[] names, LabelSet labels, SynsetMap? map, string dataset)
    {
        Func<string, (int? Index, string? Reason)> classOf = Reader(labels, map);
        Func<string, int, string?> valueOf = _byName is null ? ByPosition(names) : (name, _) => _byName.GetValueOrDefault(Path.GetFileNameWithoutExtension(name));
        Problems problems = new(dataset, labels);
        int[] classes = new int[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (valueOf(names[i], i) is not string value)
            {
                problems.Add($"the picture '{names[i]}' has no line in '{Path.GetFileName(_path)}'");
                continue;
            }

            (int? index, string? reason) = classOf(value);
            classes[i] = index ?? -1;
            if (reason is not null)
            {
                problems.Add($"the picture '{names[i]}' has the truth '{value}', which {reason}");
            }
        }

        problems.ThrowIfAny($"See that '{_path}' belongs to these pictures and to this model.");
        return classes;
    }

    /// <summary>ImageId,PredictionString: a synset id and the corners of a box, for every object of the picture.</summary>
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
                throw Unreadable(path, number, text, "should be a picture and one synset id with boxes, as in LOC_val_solution.csv");
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
                throw Unreadable(path, number, text, named ? "should be a file name and a class index or synset id, as the first line is" : "should be a number or a synset id alone, as the first line is");
            }

            values.Add(value);
            if (named)
            {
                Add(byName, path, number, text[..blank].Trim(), value);
            }
        }

        return new GroundTruth(path, named ? byName : null, values);
    }

    private static void Add(Dictionary<string, string> byName, string path, int number, string picture, string value)
    {
        if (!byName.TryAdd(Path.GetFileNameWithoutExtension(picture.Replace('\\', '/')), value))
        {
            throw Unreadable(path, number, picture, "is there twice");
        }
    }

    private static ImageDatasetException Unreadable(string path, int number, string text, string reason)
        => new($"The ground truth '{path}' cannot be read: line {number}, '{(text.Length > 80 ? text[..80] + "..." : text)}', {reason}.");

    /// <summary>How values become classes: numbers from 0, ILSVRC2012 ids, or synset ids.</summary>
    private Func<string, (int? Index, string? Reason)> Reader(LabelSet labels, SynsetMap? map)
    {
        ClassNames classes = new(labels);
        (int?, string?) OfSynset(string? synset)
            => synset is null ? (null, $"'{map!.Path}' does not know")
            : classes.OfSynset(synset) is int index ? (index, null)

            // Labels without synset ids: the order of a full map is that of the classes.
            : labels.GetSynsetId(0) is null && map is { HasIds: false } && map.Count == labels.Count && map.NumberOf(synset) is int position ? (position, null)
            : (null, labels.GetSynsetId(0) is null ? "is a synset id, and these labels have none" : "is the synset id of no class");

        if (_values.TrueForAll(v => !ClassNames.IsNumber(v)))
        {
            return OfSynset;
        }

        if (!_values.TrueForAll(ClassNames.IsNumber))
        {
            throw new ImageDatasetException($"The ground truth '{_path}' holds numbers and synset ids: it must be either.");
        }

        int[] numbers = [.. _values.Select(v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : int.MaxValue)];
        bool fromZero = numbers.Contains(0);

        // Caffe's lists count from 0. Numbers that never are 0 and reach the number of classes count from 1; without names, they are the development kit's in any case.
        bool areIds = !fromZero && (_byName is null || map is { HasIds: true } || numbers.Max() >= labels.Count);
        if (areIds && map is not { HasIds: true })
        {
            throw new ImageDatasetException(
                $"The ground truth '{_path}' holds numbers from {numbers.Min()} to {numbers.Max()}, which look like ILSVRC2012 ids. These are not in the order of the synset ids that models have, so every accuracy would be wrong. "
                + "Name a map with lines such as 'n02119789 1 kit_fox' (map_clsloc.txt of the development kit), or use val.txt or LOC_val_solution.csv."
                + (map is null ? "" : $" '{map.Path}' gives synset ids without numbers, so it says nothing about ILSVRC2012 ids."));
        }

        if (!areIds && map is { HasIds: true })
        {
            throw new ImageDatasetException($"The ground truth '{_path}' counts from 0, but the map '{map.Path}' gives ILSVRC2012 ids, which count from 1: one does not belong to the other. Leave the map out.");
        }

        return text =>
        {
            int number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : int.MaxValue;
            return map is not null ? OfSynset(map.Synset(number))
                : number < labels.Count ? (number, null)
                : (null, $"is no class index: these run from 0 to {labels.Count - 1}");
        };
    }

    /// <summary>The k-th line is the truth of the k-th picture where there are as many of one as of the other, and else of <c>ILSVRC2012_val_k</c>, eight digits from 1.</summary>
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
            return digits.Length == 8 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= _values.Count ? _values[number - 1] : null;
        };
    }
}
