using System.Globalization;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Maps numbers to synsets. Lines with a number (<c>n02119789 1 kit_fox</c>, or the number first) define ILSVRC2012 ids from 1;
/// lines without one (<c>n01440764 tench, Tinca tinca</c>) are numbered from 0.
/// </summary>
internal sealed class SynsetMap
{
    private readonly Dictionary<int, string> _synsets;

    private SynsetMap(string path, Dictionary<int, string> synsets, bool hasIds)
    {
        Path = path;
        _synsets = synsets;
        HasIds = hasIds;
    }

    public string Path { get; }

    /// <summary>Gets whether the file holds the numbers: ILSVRC2012 ids instead of positions.</summary>
    public bool HasIds { get; }

    public int Count => _synsets.Count;

    /// <summary>Reads a text file or the development kit's <c>meta.mat</c>.</summary>
    public static SynsetMap Load(string path)
    {
        const int MaxMatlabBytes = 16 << 20;
        using (FileStream file = RegularFile.OpenRead(path))
        {
            Span<byte> start = stackalloc byte[8];
            if (MatlabSynsets.IsMatlab(start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]))
            {
                file.Position = 0;
                return FromMatlab(BoundedRead.ToEnd(file, file.Length, MaxMatlabBytes, path).Span, path);
            }
        }

        string[][] lines =
            [.. TextLines.Read(path).Select(l => l.Text.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries))];
        bool hasIds = lines.Length > 0
            && Array.TrueForAll(lines, l => l.Length >= 2 && (ClassNames.IsNumber(l[0]) || ClassNames.IsNumber(l[1])));
        Dictionary<int, string> synsets = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string[] line = lines[i];
            bool idFirst = hasIds && ClassNames.IsNumber(line[0]);
            string synset = line.ElementAtOrDefault(idFirst ? 1 : 0) ?? ""; // a line can consist of separators
            int number = i;
            if (ClassNames.SynsetAtStart(synset) != synset
                || (hasIds && !int.TryParse(line[idFirst ? 0 : 1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
                || !synsets.TryAdd(number, synset))
            {
                throw new ImageDatasetException(
                    $"'{path}' is not a synset map. The line '{string.Join(' ', line)}' must be a synset id with a unique number "
                    + "(n02119789 1 kit_fox) or a synset id with an optional name (n01440764 tench).");
            }
        }

        return lines.Length > 0
            ? new SynsetMap(path, synsets, hasIds)
            : throw new ImageDatasetException($"The synset map '{path}' is empty.");
    }

    public static SynsetMap FromMatlab(ReadOnlySpan<byte> file, string path) => new(path, new MatlabSynsets(path).Read(file), hasIds: true);

    public string? Synset(int number) => _synsets.GetValueOrDefault(number);

    /// <summary>Returns the number of a synset; null if it has none.</summary>
    public int? NumberOf(string synset)
        => _synsets.FirstOrDefault(p => p.Value.Equals(synset, StringComparison.OrdinalIgnoreCase)) is { Value: not null } pair
            ? pair.Key
            : null;
}
