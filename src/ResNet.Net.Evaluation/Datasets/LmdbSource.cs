namespace ResNet.Net.Evaluation;

/// <summary>Reads images from an LMDB database of Caffe or Caffe2. Thread-safe.</summary>
internal sealed class LmdbSource : IDisposable
{
    private readonly LmdbFile _file;
    private readonly CaffeDatum[] _images;
    private bool _disposed;

    private LmdbSource(string name, LmdbFile file, string[] names, CaffeDatum[] images)
    {
        Name = name;
        Names = names;
        _file = file;
        _images = images;
    }

    public string Name { get; }

    /// <summary>Gets the keys in the order of the database.</summary>
    public string[] Names { get; }

    /// <summary>Gets the labels of the images. Protobuf may omit the label 0.</summary>
    public IEnumerable<long> Labels => _images.Select(i => i.Label ?? 0);

    /// <param name="path">The folder with <c>data.mdb</c>, or the file.</param>
    /// <param name="labels">The labels that the dataset must match; null if it defines them.</param>
    /// <param name="options">The options.</param>
    public static LmdbSource Open(string path, LabelSet? labels, ImageDatasetOptions options)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string dataset = Path.GetFileName(Path.GetFileName(full) == LmdbFile.DefaultName ? Path.GetDirectoryName(full)! : full);
        LmdbFile file = LmdbFile.Open(Directory.Exists(path) ? Path.Combine(path, LmdbFile.DefaultName) : path);
        try
        {
            return Index(file, dataset.Length > 0 ? dataset : full, labels, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public ReadOnlyMemory<byte> Read(int index)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ImageDataset));
        CaffeDatum image = _images[index];
        byte[] content = GC.AllocateUninitializedArray<byte>(image.Length);
        if (!_file.TryRead(content, image.Offset))
        {
            throw new EndOfStreamException($"'{Names[index]}' cannot be read: '{Name}' has been truncated since it was opened.");
        }

        return image.Channels == 0 ? content : image.ToPng(content);
    }

    public void Dispose()
    {
        _disposed = true;
        _file.Dispose();
    }

    private static LmdbSource Index(LmdbFile file, string dataset, LabelSet? labels, ImageDatasetOptions options)
    {
        DatasetErrors errors = new(dataset, labels);
        List<string> names = [];
        List<CaffeDatum> images = [];
        foreach (LmdbRecord record in file.Records())
        {
            string? problem = CaffeDatum.TryRead(new ProtobufCursor(file, record.Key, record.Offset, record.Length), out CaffeDatum image);
            problem ??= image.Length > options.MaxImageBytes
                ? $"has {image.Length} bytes; the limit is {options.MaxImageBytes} (ImageDatasetOptions.MaxImageBytes)"
                : null;
            if (problem is not null)
            {
                errors.Add($"the record '{record.Key}' {problem}");
            }

            names.Add(record.Key);
            images.Add(image);
        }

        errors.ThrowIfAny("Create the database again without these records.");
        if (images.Count != file.Count)
        {
            throw file.Damaged($"it declares {file.Count} records, but has {images.Count}");
        }

        return images.Count > 0 && images.TrueForAll(i => i.Label is null)
            ? throw new ImageDatasetException($"The images of the database '{dataset}' have no labels. Use a database with labels.")
            : new LmdbSource(dataset, file, [.. names], [.. images]);
    }
}
