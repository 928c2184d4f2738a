using System.IO.Compression;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads images from a zip file. Thread-safe: <see cref="ZipArchive"/> isn't, so one thread reads at a time.</summary>
internal sealed class ZipSource : IImageArchive
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
        Tree = new FolderTree(Names, archive.Entries.Select(e => FolderTree.ParentOf(NameOf(e))).Where(f => !ImageFileNames.IsHidden(f)));
    }

    public string Name { get; }

    public string[] Names { get; }

    public FolderTree Tree { get; }

    public static ZipSource Open(string path, LabelSet? labels, ImageDatasetOptions options)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(file, ZipArchiveMode.Read);
            return new ZipSource(path, archive, Index(path, archive, labels, options), options.MaxImageBytes);
        }
        catch (InvalidDataException exception)
        {
            archive?.Dispose();
            file.Dispose();
            throw new ImageDatasetException(
                $"'{path}' is not a zip file, or is damaged: {exception.Message} Download it again, or extract it and open the folder.",
                exception);
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

    private static string NameOf(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');

    // Names may contain '..', but are only compared and displayed; nothing is written to disk.
    private static Dictionary<string, ZipArchiveEntry> Index(string path, ZipArchive archive, LabelSet? labels, ImageDatasetOptions options)
    {
        DatasetErrors errors = new(Path.GetFileName(path), labels);
        Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            string name = NameOf(entry);
            if (!ImageFileNames.IsImage(name))
            {
                continue;
            }

            if (!entries.TryAdd(name, entry))
            {
                errors.Add($"the entry '{name}' occurs twice");
            }
            else if (entry.IsEncrypted)
            {
                errors.Add($"the entry '{name}' is encrypted");
            }
            else if (entry.Length > options.MaxImageBytes)
            {
                errors.Add(
                    $"the entry '{name}' has {entry.Length} bytes uncompressed; the limit is {options.MaxImageBytes} "
                    + "(ImageDatasetOptions.MaxImageBytes)");
            }
        }

        errors.ThrowIfAny("Recreate the archive without these entries.");
        return entries;
    }
}
