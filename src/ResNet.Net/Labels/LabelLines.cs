using System.Text.RegularExpressions;

namespace ResNet.Net;

/// <summary>
/// Reads labels from lines: a label, a synset id and a label, or an index and a label. A form is recognized only if every line has it.
/// </summary>
internal static partial class LabelLines
{
    [GeneratedRegex(@"^(?<index>\d+)(?<separator>\s*[:,;]\s*|\s+)(?<label>\S.*)$")]
    private static partial Regex Indexed { get; }

    [GeneratedRegex(@"^(?<id>n\d{8})(\s*,\s*|\s+)(?<label>\S.*)$")]
    private static partial Regex WithSynsetId { get; }

    private enum Separator
    {
        Space,
        Tab,
        Punctuation,
    }

    /// <param name="text">The lines, without line breaks; the last one is not empty.</param>
    public static LabelList Read(IReadOnlyList<string> text)
    {
        // Comments are recognized at the start only: '# ' can begin a label.
        string[] lines = [.. text.Select(l => l.Trim()).SkipWhile(IsComment)];
        if (Array.TrueForAll(lines, l => l.Length == 0))
        {
            return new LabelList();
        }

        return ReadIndexed([.. lines.Where(l => l.Length > 0 && !IsComment(l))]) ?? ReadPlain(Unwrap(lines));
    }

    private static bool IsComment(string line) => line.StartsWith("# ", StringComparison.Ordinal);

    private static LabelList? ReadIndexed(string[] lines)
    {
        List<(long Index, Separator Separator, string Label)> entries = [.. lines.Select(ParseIndexed).OfType<(long, Separator, string)>()];
        bool hasHeader = entries.Count > 1 && entries.Count == lines.Length - 1
            && ParseIndexed(lines[0]) is null && lines[0].AsSpan().ContainsAny(",;\t");
        if (entries.Count == 0
            || (entries.Count < lines.Length && !hasHeader)
            || entries.Any(e => e.Separator != entries[0].Separator))
        {
            return null;
        }

        // A label can start with a number: '7 up', '101 dalmatians', '0 stars', '1 star'.
        bool isComplete = entries.Select(e => e.Index).Order().SequenceEqual(Enumerable.Range(0, entries.Count).Select(i => (long)i));
        bool startsLikeIndexes = entries.Count > 1 && entries[0].Index == 0 && entries[1].Index == 1;
        bool isCounting = entries[0].Separator == Separator.Space
            && entries.Select(e => e.Label).Distinct().Count() <= entries.Count / 2;
        if (isCounting || !(isComplete || startsLikeIndexes))
        {
            return null;
        }

        LabelList labels = new();
        bool haveIds = entries.TrueForAll(e => WithSynsetId.IsMatch(e.Label));
        foreach ((long index, Separator separator, string text) in entries)
        {
            if (haveIds)
            {
                Match match = WithSynsetId.Match(text);
                labels.Add(index, match.Groups["label"].Value, match.Groups["id"].Value);
            }
            else
            {
                labels.Add(index, separator == Separator.Punctuation ? Unquote(text) : text);
            }
        }

        return labels;
    }

    private static (long Index, Separator Separator, string Label)? ParseIndexed(string line)
    {
        Match match = Indexed.Match(line);
        if (!match.Success || LabelList.ParseIndex(match.Groups["index"].Value) is not long index)
        {
            return null;
        }

        string separator = match.Groups["separator"].Value;
        bool isPunctuation = separator.AsSpan().ContainsAny(":,;");
        bool isTab = separator.Contains('\t', StringComparison.Ordinal);
        return (index, isPunctuation ? Separator.Punctuation : isTab ? Separator.Tab : Separator.Space, match.Groups["label"].Value);
    }

    private static LabelList ReadPlain(string[] lines)
    {
        LabelList labels = new();
        bool haveIds = lines.All(WithSynsetId.IsMatch);
        foreach (string line in lines)
        {
            if (haveIds)
            {
                Match match = WithSynsetId.Match(line);
                labels.Add(match.Groups["label"].Value, match.Groups["id"].Value);
            }
            else
            {
                labels.Add(line);
            }
        }

        return labels;
    }

    /// <summary>Removes the commas and quotes of lines that were copied from code.</summary>
    private static string[] Unwrap(string[] lines)
    {
        bool haveCommas = lines.Length > 1 && lines[..^1].All(l => l.EndsWith(','));
        string[] labels = haveCommas ? [.. lines.Select(l => l.TrimEnd(',').TrimEnd())] : lines;
        return labels.All(IsQuoted) ? [.. labels.Select(Unquote)] : labels;
    }

    private static bool IsQuoted(string text) => text is ['"', _, .., '"'] or ['\'', _, .., '\''];

    private static string Unquote(string text)
        => !IsQuoted(text) ? text : text[1..^1].Replace(new string(text[0], 2), text[..1], StringComparison.Ordinal);
}
