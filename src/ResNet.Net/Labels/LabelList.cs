using System.Globalization;
using System.Text.RegularExpressions;

namespace ResNet.Net;

/// <summary>Collects labels, with or without their indexes, and checks that they are complete.</summary>
internal sealed partial class LabelList
{
    private readonly List<(string Label, string? SynsetId)> _labels = [];
    private readonly SortedDictionary<long, (string Label, string? SynsetId)> _indexed = [];

    [GeneratedRegex(@"^n\d{8}$")]
    private static partial Regex SynsetId { get; }

    public static bool IsSynsetId(string text) => SynsetId.IsMatch(text);

    /// <summary>Adds the label of the next class.</summary>
    public void Add(string label, string? synsetId = null) => _labels.Add((label, synsetId));

    /// <summary>Adds the label of a class.</summary>
    /// <exception cref="LabelFormatException">The index has a label already.</exception>
    public void Add(long index, string label, string? synsetId = null)
    {
        if (!_indexed.TryAdd(index, (label, synsetId)))
        {
            throw new LabelFormatException(
                $"the index {index} has two labels, '{LabelFormatException.Quote(_indexed[index].Label)}' and "
                + $"'{LabelFormatException.Quote(label)}'");
        }
    }

    /// <param name="name">The display name of the set.</param>
    /// <param name="source">The source, for messages.</param>
    /// <exception cref="LabelFormatException">There are no labels, a label is empty, or an index is missing.</exception>
    public LabelSet ToLabelSet(string name, string source)
    {
        int expected = 0;
        foreach (long index in _indexed.Keys)
        {
            if (index != expected)
            {
                throw new LabelFormatException(
                    $"{_indexed.Count} indexes must run from 0 to {_indexed.Count - 1}, but {expected} is missing and "
                    + $"{_indexed.Keys.Max()} is the largest");
            }

            expected++;
        }

        (string Label, string? SynsetId)[] labels = _indexed.Count > 0 ? [.. _indexed.Values] : [.. _labels];
        int empty = Array.FindIndex(labels, l => string.IsNullOrWhiteSpace(l.Label));
        if (labels.Length == 0 || empty >= 0)
        {
            throw new LabelFormatException(labels.Length == 0 ? "there are no labels" : $"label {empty} is empty");
        }

        bool hasIds = labels.Any(l => l.SynsetId is not null);
        return new LabelSet(name, labels.Select(l => l.Label.Trim()), hasIds ? labels.Select(l => l.SynsetId) : null) { Source = source };
    }

    /// <summary>Parses an index; null if the text is none.</summary>
    public static long? ParseIndex(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
}

/// <summary>Reports labels that cannot be read. The message is a clause without the source.</summary>
internal sealed class LabelFormatException(string message) : Exception(message)
{
    /// <summary>Shortens a text of untrusted origin for a message.</summary>
    public static string Quote(string text)
    {
        const int MaxLength = 60;
        string line = string.Concat(text.Take(MaxLength).Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length > MaxLength ? $"{line}..." : line;
    }
}
