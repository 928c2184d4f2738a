using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ResNet.Net.Evaluation;

/// <summary>Resolves folder names and list labels to classes.</summary>
internal sealed class ClassNames
{
    private readonly LabelSet _labels;
    private readonly Dictionary<string, List<int>> _byLabel = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<int>> _bySynonym = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _bySynset = new(StringComparer.OrdinalIgnoreCase);

    public ClassNames(LabelSet labels)
    {
        _labels = labels;
        for (int i = 0; i < labels.Count; i++)
        {
            Add(_byLabel, labels[i], i);
            foreach (string synonym in labels[i].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                Add(_bySynonym, synonym, i);
            }

            if (labels.GetSynsetId(i) is string synset)
            {
                _bySynset.TryAdd(synset, i);
            }
        }
    }

    public static bool IsNumber(string name) => name.Length > 0 && name.All(char.IsAsciiDigit);

    /// <summary>Returns the synset id at the start of a name such as <c>n01440764_tench</c>; null if there is none.</summary>
    public static string? SynsetAtStart(string name)
    {
        bool isSynset = name.Length >= 9
            && name[0] is 'n' or 'N'
            && name.AsSpan(1, 8).IndexOfAnyExceptInRange('0', '9') < 0
            && (name.Length == 9 || !char.IsAsciiLetterOrDigit(name[9]));
        return isSynset ? name[..9] : null;
    }

    /// <summary>Returns the form in which names are compared, ignoring case.</summary>
    public static string Normalize(string name) => name.Replace('_', ' ').Trim();

    /// <summary>Returns the class of a synset id; null if no class has it.</summary>
    public int? OfSynset(string synset) => _bySynset.TryGetValue(synset, out int index) ? index : null;

    /// <param name="name">The folder name or label.</param>
    /// <param name="numbersAreIndices">Whether all names are numbers, and are therefore class indices.</param>
    /// <param name="index">Receives the class.</param>
    /// <param name="reason">Receives the reason of a failure, as the predicate of a sentence.</param>
    public bool TryFind(string name, bool numbersAreIndices, out int index, [NotNullWhen(false)] out string? reason)
    {
        reason = null;

        // A complete label takes precedence over a synonym: 'crane' may be both.
        if (_byLabel.TryGetValue(Normalize(name), out List<int>? found) || _bySynonym.TryGetValue(Normalize(name), out found))
        {
            index = found[0];
            reason = found.Count == 1 ? null : $"is ambiguous: it names the classes {string.Join(" and ", found.Select(Describe))}";
            return reason is null;
        }

        index = -1;
        if (SynsetAtStart(name) is string synset)
        {
            index = OfSynset(synset) ?? -1;
            reason = index >= 0 ? null
                : _bySynset.Count > 0 ? "is not the synset id of a class"
                : "is a synset id, but these labels have none; use labels with synset ids, such as LabelSet.ImageNet";
        }
        else if (!IsNumber(name))
        {
            reason = "is not a class";
        }
        else if (!numbersAreIndices)
        {
            reason = "is a number, which names a class only if all names are numbers";
        }
        else if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index) || index >= _labels.Count)
        {
            reason = $"is not a class index from 0 to {_labels.Count - 1}";
        }

        return reason is null;
    }

    private static void Add(Dictionary<string, List<int>> classes, string name, int index)
    {
        string key = Normalize(name);
        if (!classes.TryGetValue(key, out List<int>? found))
        {
            classes[key] = found = [];
        }

        if (!found.Contains(index))
        {
            found.Add(index);
        }
    }

    private string Describe(int index)
        => _labels.GetSynsetId(index) is string synset ? $"{index} ({synset} {_labels[index]})" : $"{index} ({_labels[index]})";
}
