namespace ResNet.Net.Samples.Explain;

/// <summary>Names the files that are written.</summary>
internal sealed class MapFiles
{
    private const string Extension = ".png";

    private readonly string? _file;
    private readonly string _folder;
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="output">A folder, which is created, or a file.</param>
    /// <param name="count">How many files there will be.</param>
    /// <exception cref="ArgumentException">One file is named for several.</exception>
    public MapFiles(string output, int count)
    {
        if (output.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            _file = count == 1 ? output : throw new ArgumentException($"--out names the file '{output}', but there are {count} to write: name a folder.");
        }

        _folder = _file is null ? output : Path.GetDirectoryName(Path.GetFullPath(_file))!;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>As <c>maps/cat-3-cat.png</c>: the picture, the class's index and the first of its labels; the second of that name ends in <c>-2.png</c>.</summary>
    public string PathOf(string picture, Prediction prediction)
    {
        string label = string.Concat(prediction.Label.Split(',')[0].Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
        string name = $"{Path.GetFileNameWithoutExtension(picture)}-{prediction.ClassIndex}-{label}";
        string free = name;
        for (int i = 2; !_named.Add(free); i++)
        {
            free = $"{name}-{i}";
        }

        return _file ?? Path.Combine(_folder, free + Extension);
    }
}
