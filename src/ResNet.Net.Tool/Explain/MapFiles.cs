namespace ResNet.Net.Tool.Explain;

/// <summary>Chooses the names of the map files.</summary>
internal sealed class MapFiles
{
    private const string Extension = ".png";

    private readonly string? _file;
    private readonly string _folder;
    private readonly HashSet<string> _named = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="output">A folder, which is created if necessary, or a file.</param>
    /// <param name="count">The number of files.</param>
    /// <exception cref="ArgumentException">The output is one file, but there are several maps.</exception>
    public MapFiles(string output, int count)
    {
        if (output.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
        {
            _file = count == 1 ? output : throw new ArgumentException($"--out names the file '{output}' for {count} maps. Name a folder.");
        }

        _folder = _file is null ? output : Path.GetDirectoryName(Path.GetFullPath(_file))!;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>
    /// Returns a path such as <c>maps/cat-3-cat.png</c>: image, class index and first label; a second file of that name ends in
    /// <c>-2.png</c>.
    /// </summary>
    public string PathOf(string image, Prediction prediction)
    {
        string label = string.Concat(prediction.Label.Split(',')[0].Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));
        string name = $"{Path.GetFileNameWithoutExtension(image)}-{prediction.ClassIndex}-{label}";
        string free = name;
        for (int i = 2; !_named.Add(free); i++)
        {
            free = $"{name}-{i}";
        }

        return _file ?? Path.Combine(_folder, free + Extension);
    }
}
