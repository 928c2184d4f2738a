using System.IO.Compression;

namespace ResNet.Net.Evaluation.Internals.Datasets;

/// <summary>Pictures in a zip file. Archives are not thread-safe: bytes are read by one thread at a time, and decoded by all.</summary>
internal sealed class ZipSource : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;
    private readonly int _maxBytes;
    private bool _disposed;

    private ZipSource(string path, ZipArchive archive, Dictionary<string, ZipArchiveEntry> entries, int maxBytes)
    {
        Name = Path.GetFileName(path);
        _archive = archive;
        _entries = entries;
        _maxBytes = maxBytes;
        Names = [.. entries.Keys.Order(StringComparer.Ordinal)];
    }

    public string Name { get; }

    /// <summary>Sorted.</summary>
    public string[] Names { get; }

    public static ZipSource Open(string path, LabelSet labels, ImageDatasetOptions options)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(file, ZipArchiveMode.Read);
            return new ZipSource(path, archive, Index(path, archive, labels, options), options.MaxPictureBytes);
        }
        catch (InvalidDataException exception)
        {
            archive?.Dispose();
            file.Dispose();
            throw new ImageDatasetException($"'{path}' is no zip file, or a damaged one: {exception.Message} Bring it again, or unpack it and name the folder.", exception);
        }
        catch
        {
            archive?.Dispose();
            file.Dispose();
            throw;
        }
    }

    public ReadOnlyMemory<byte> Read(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ImageDataset));
            ZipArchiveEntry entry = _entries[name];
            try
            {
                using Stream stream = entry.Open();
                return BoundedRead.ToEnd(stream, entry.Length, _maxBytes, name);
            }
            catch (InvalidDataException exception)
            {
                throw new IOException($"'{name}' cannot be read from the archive: {exception.Message}", exception);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _archive.Dispose();
        }
    }

    // Names are only ever compared and shown: nothing is written under them, wherever they point.
    private static Dictionary<string, ZipArchiveEntry> Index(string path, ZipArchive archive, LabelSet labels, ImageDatasetOptions options)
    {
        Problems problems = new(Path.GetFileName(path), labels);
        Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string name = entry.FullName.Replace('\\', '/');
            if (!PictureNames.IsPicture(name))
            {
                continue;
            }

            if (!entries.TryAdd(name, entry))
            {
                problems.Add($"the entry '{name}' is there twice");
            }
            else if (entry.IsEncrypted)
            {
                problems.Add($"the entry '{name}' is encrypted");
            }
            else if (entry.Length > options.MaxPictureBytes)
            {
                problems.Add($"the entry '{name}' unpacks to {entry.Length} bytes; the limit is {options.MaxPictureBytes} (ImageDatasetOptions.MaxPictureBytes)");
            }
        }

        problems.ThrowIfAny("Make the archive anew without these.");
        return entries;
    }
}
