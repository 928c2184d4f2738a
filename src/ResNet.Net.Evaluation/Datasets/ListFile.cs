using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads text files that list images and their labels.</summary>
internal static class ListFile
{
    private const char Separator = ';';

    /// <param name="path">The file.</param>
    /// <param name="labels">The labels; null if the list defines them.</param>
    /// <param name="multiLabel">Whether the list is multi-label even if no line has several labels.</param>
    /// <param name="folder">The folder of the images.</param>
    /// <exception cref="ImageDatasetException">
    /// Lines are malformed, images are missing, or labels are unknown or invalid; the message lists them.
    /// </exception>
    public static ImageList Read(string path, LabelSet? labels, bool multiLabel, FolderSource folder)
    {
        string name = Path.GetFileName(path);
        DatasetErrors errors = new(name, labels);
        List<(int Line, string Image, string Label)> entries = Parse(path, errors);
        ClassNames? known = labels is null ? null : new ClassNames(labels);

        // A semicolon may be part of a given label.
        bool isMultiLabel = multiLabel
            || entries.Exists(e => e.Label.Contains(Separator) && known?.TryFind(e.Label, numbersAreIndices: false, out _, out _) != true);
        List<(int Line, string Image, string[] Labels)> images
            = [.. entries.Select(e => (e.Line, e.Image, isMultiLabel ? LabelsOf(e.Label) : [e.Label]))];
        Func<string, (int Index, string? Reason)> classOf;
        if (known is null)
        {
            string[] distinct = ClassDiscovery.Sorted(images.SelectMany(i => i.Labels).Where(l => l.Length > 0));
            ClassDiscovery.Check(distinct, "label", errors);
            Dictionary<string, int> indices = ClassDiscovery.Indices(distinct);
            classOf = label => (indices.GetValueOrDefault(label, -1), null);
            labels = distinct.Length > 0 ? new LabelSet(name, distinct) : null;
        }
        else
        {
            bool numbers = images.TrueForAll(i => Array.TrueForAll(i.Labels, ClassNames.IsNumber));
            classOf = Cached(known, numbers);
        }

        List<(string, int[])> result = [];
        foreach ((int line, string image, string[] names) in images)
        {
            List<int> classes = [];
            foreach (string label in names)
            {
                (int index, string? reason) = classOf(label);
                reason = label.Length == 0 ? "is empty" : classes.Contains(index) && reason is null ? "occurs twice" : reason;
                if (reason is not null)
                {
                    errors.Add($"line {line}: the label '{label}' {reason}");
                }

                classes.Add(index);
            }

            if (!folder.Exists(image))
            {
                string comment = image.StartsWith('#') ? "; lists have no comments" : "";
                errors.Add($"line {line}: the file '{image}' doesn't exist{comment}");
            }

            result.Add((image, [.. classes]));
        }

        errors.ThrowIfAny($"Correct these lines of '{path}'.");
        return new ImageList(labels ?? throw ImageDataset.NoImages(name), [.. result], isMultiLabel);
    }

    private static string[] LabelsOf(string text)
        => text.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Func<string, (int Index, string? Reason)> Cached(ClassNames names, bool numbersAreIndices)
    {
        Dictionary<string, (int Index, string? Reason)> known = new(StringComparer.Ordinal);
        return label =>
        {
            if (!known.TryGetValue(label, out (int Index, string? Reason) found))
            {
                names.TryFind(label, numbersAreIndices, out found.Index, out found.Reason);
                known[label] = found;
            }

            return found;
        };
    }

    private static List<(int Line, string Image, string Label)> Parse(string path, DatasetErrors errors)
    {
        bool csv = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
        List<(int, string, string)> entries = [];
        int number = 0;
        using StreamReader reader = new(RegularFile.OpenRead(path), Encoding.UTF8);
        while (reader.ReadLine() is string text)
        {
            number++;
            string line = text.Trim();
            if (line.Length == 0)
            {
                continue;
            }

            string[] columns = csv ? Columns(line) : Split(line, endsWithTab: text.TrimEnd(' ').EndsWith('\t'));
            if (columns is not [{ Length: > 0 } image, string label, ..])
            {
                errors.Add($"line {number}: '{line}' is not a path and a label");
            }
            else if (number > 1 || !csv || ImageFileNames.IsImage(image))
            {
                entries.Add((number, ArchiveNames.Normal(image.Replace('\\', '/')), label));
            }
        }

        return entries;
    }

    private static string[] Split(string line, bool endsWithTab)
    {
        int separator = line.LastIndexOf('\t');
        if (separator < 0 && endsWithTab)
        {
            // The label is empty: an image of no class.
            return [line, ""];
        }

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

/// <summary>Represents the content of a list.</summary>
internal sealed record ImageList(LabelSet Labels, (string Path, int[] Classes)[] Images, bool IsMultiLabel);
