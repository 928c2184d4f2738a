using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>Reads text files that list images and their labels.</summary>
internal static class ListFile
{
    /// <exception cref="ImageDatasetException">
    /// Lines are malformed, images are missing, or labels are unknown; the message lists them.
    /// </exception>
    public static (string Path, int ClassIndex)[] Read(string path, LabelSet labels, FolderSource folder)
    {
        DatasetErrors errors = new(Path.GetFileName(path), labels);
        List<(int Line, string Image, string Label)> entries = Parse(path, errors);
        bool numbers = entries.TrueForAll(e => ClassNames.IsNumber(e.Label));
        ClassNames classes = new(labels);
        Dictionary<string, (int Index, string? Reason)> known = new(StringComparer.Ordinal);
        List<(string, int)> result = [];
        foreach ((int line, string image, string label) in entries)
        {
            if (!known.TryGetValue(label, out (int Index, string? Reason) found))
            {
                classes.TryFind(label, numbers, out found.Index, out found.Reason);
                known[label] = found;
            }

            if (found.Reason is not null)
            {
                errors.Add($"line {line}: the label '{label}' {found.Reason}");
            }

            if (!folder.Exists(image))
            {
                errors.Add($"line {line}: the file '{image}' doesn't exist");
            }

            result.Add((image, found.Index));
        }

        errors.ThrowIfAny($"Correct these lines of '{path}'.");
        return [.. result];
    }

    private static List<(int Line, string Image, string Label)> Parse(string path, DatasetErrors errors)
    {
        bool csv = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
        List<(int, string, string)> entries = [];
        int number = 0;
        foreach (string text in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            string line = text.Trim();
            if (line.Length == 0)
            {
                continue;
            }

            string[] columns = csv ? Columns(line) : Split(line);
            if (columns is not [{ Length: > 0 } image, { Length: > 0 } label, ..])
            {
                errors.Add($"line {number}: '{line}' is not a path and a label");
            }
            else if (number > 1 || !csv || ImageFileNames.IsImage(image))
            {
                entries.Add((number, image.Replace('\\', '/'), label));
            }
        }

        return entries;
    }

    private static string[] Split(string line)
    {
        int separator = line.LastIndexOf('\t');
        separator = separator >= 0 ? separator : line.LastIndexOf(' ');
        return separator < 0 ? [] : [line[..separator].Trim(), line[(separator + 1)..].Trim()];
    }

    /// <summary>Splits a CSV line. In quotes, "" stands for a quote (RFC 4180).</summary>
    private static string[] Columns(string line)
    {
        List<string> columns = [];
        StringBuilder column = new();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                column.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                columns.Add(column.ToString().Trim());
                column.Clear();
            }
            else
            {
                column.Append(c);
            }
        }

        columns.Add(column.ToString().Trim());
        return [.. columns];
    }
}
