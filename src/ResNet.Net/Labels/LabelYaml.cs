using System.Text.Json;
using System.Text.RegularExpressions;

namespace ResNet.Net;

/// <summary>
/// Reads the labels of a dataset file of Ultralytics (<c>data.yaml</c>): the top-level key <c>names</c> with a list or a map. Other keys
/// are ignored, and no other YAML is supported.
/// </summary>
internal static partial class LabelYaml
{
    [GeneratedRegex(@"^names\s*:(\s|$)")]
    private static partial Regex NamesKey { get; }

    // A key, an item of a list, the end of a flow collection, a comment or a document marker.
    [GeneratedRegex(@"^([A-Za-z_][\w-]*\s*:(\s|$)|-(\s|$)|[\]}]|#|---|\.\.\.|$)")]
    private static partial Regex TopLevelLine { get; }

    [GeneratedRegex(@"^\s*-\s+(?<label>.+)$")]
    private static partial Regex Item { get; }

    [GeneratedRegex(@"^\s+['""]?(?<index>\d+)['""]?\s*:\s+(?<label>.+)$")]
    private static partial Regex Entry { get; }

    /// <summary>Returns whether the lines are YAML with the key <c>names</c>, rather than labels.</summary>
    public static bool Recognizes(IReadOnlyList<string> lines)
        => lines.Count(NamesKey.IsMatch) == 1 && lines.All(l => (l.Length > 0 && char.IsWhiteSpace(l[0])) || TopLevelLine.IsMatch(l));

    public static LabelList Read(string[] lines)
    {
        int start = Array.FindIndex(lines, NamesKey.IsMatch);
        string inline = WithoutComment(lines[start][(lines[start].IndexOf(':', StringComparison.Ordinal) + 1)..]).Trim();
        int end = Array.FindIndex(lines, start + 1, l => l.Length > 0 && char.IsAsciiLetter(l[0]));
        string[] block = lines[(start + 1)..(end < 0 ? lines.Length : end)];
        if (inline.Length > 0)
        {
            return LabelLiteral.Read(string.Join('\n', [inline, .. block]).Trim(), isYaml: true);
        }

        LabelList labels = new();
        foreach (string line in block.Select(WithoutComment).Where(l => l.Trim() is not ("" or "---" or "...")))
        {
            if (Item.Match(line) is { Success: true } item)
            {
                labels.Add(Unquote(item.Groups["label"].Value));
            }
            else if (Entry.Match(line) is { Success: true } entry && LabelList.ParseIndex(entry.Groups["index"].Value) is long index)
            {
                labels.Add(index, Unquote(entry.Groups["label"].Value));
            }
            else
            {
                throw new LabelFormatException(
                    $"the line '{LabelFormatException.Quote(line.Trim())}' under the key 'names' is neither an item nor an index with "
                    + "a label");
            }
        }

        return labels;
    }

    private static string WithoutComment(string line)
    {
        string trimmed = line.TrimStart();
        int comment = trimmed.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
        bool isQuoted = comment > 0 && line.AsSpan(comment).ContainsAny('\'', '"');
        return comment < 0 || isQuoted ? line : line[..(comment == 0 ? 0 : comment)];
    }

    private static string Unquote(string text)
    {
        text = text.Trim();
        return text switch
        {
            ['\'', .. var single, '\''] => single.Replace("''", "'", StringComparison.Ordinal),
            ['"', .., '"'] => UnquoteDouble(text),
            _ => text,
        };
    }

    // The escape sequences of JSON are the common ones of YAML.
    private static string UnquoteDouble(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.GetString()!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new LabelFormatException($"the text {LabelFormatException.Quote(text)} is not a valid string in double quotes");
        }
    }
}
