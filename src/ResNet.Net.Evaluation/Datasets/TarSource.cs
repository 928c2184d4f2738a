using Microsoft.Win32.SafeHandles;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Reads images from an uncompressed tar file, and from tar files in it, as in ImageNet's training set. Thread-safe: the headers are read
/// once, and then each image by its position.
/// </summary>
internal sealed class TarSource : IImageArchive
{
    private readonly SafeFileHandle _file;

    // In the order of the names.
    private readonly (long Offset, int Length)[] _positions;

    private TarSource(string name, SafeFileHandle file, string[] names, (long Offset, int Length)[] positions, FolderTree tree)
    {
        Name = name;
        _file = file;
        Names = names;
        _positions = positions;
        Tree = tree;
    }

    public string Name { get; }

    public string[] Names { get; }

    public FolderTree Tree { get; }

    public static TarSource Open(string path, LabelSet? labels, ImageDatasetOptions options)
    {
        SafeFileHandle file = RegularFile.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            ThrowIfCompressed(file, path);
            string name = Path.GetFileName(path);
            Index index = new(labels, options, name);
            index.Add(file, path);
            return index.ToSource(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Fills a buffer from a position; returns false if the file ends before.</summary>
    public static bool TryRead(SafeFileHandle file, Span<byte> buffer, long position)
    {
        while (!buffer.IsEmpty)
        {
            int read = RandomAccess.Read(file, buffer, position);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            position += read;
        }

        return true;
    }

    public ReadOnlyMemory<byte> Read(string name)
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, typeof(ImageDataset));
        (long offset, int length) = _positions[Array.BinarySearch(Names, name, StringComparer.Ordinal)];
        byte[] content = GC.AllocateUninitializedArray<byte>(length);
        return TryRead(_file, content, offset)
            ? content
            : throw new EndOfStreamException($"'{name}' cannot be read: '{Name}' has been truncated since it was opened.");
    }

    public void Dispose() => _file.Dispose();

    private static void ThrowIfCompressed(SafeFileHandle file, string path)
    {
        Span<byte> start = stackalloc byte[6];
        start = start[..RandomAccess.Read(file, start, 0)];
        string? program = start.StartsWith<byte>([0x1F, 0x8B]) ? "gunzip"
            : start.StartsWith("BZh"u8) ? "bunzip2"
            : start.StartsWith<byte>([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z']) ? "unxz"
            : start.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? "unzstd"
            : null;
        if (program is not null)
        {
            throw ImageDataset.CompressedTar(path, program);
        }
    }

    /// <summary>Collects the images of a tar file.</summary>
    private sealed class Index(LabelSet? labels, ImageDatasetOptions options, string dataset)
    {
        private readonly DatasetErrors _errors = new(dataset, labels);
        private readonly List<string> _names = [];
        private readonly List<(long Offset, int Length)> _positions = [];
        private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

        public void Add(SafeFileHandle file, string path)
        {
            foreach (TarFileEntry entry in new TarHeaders(file, RandomAccess.GetLength(file), $"'{path}'").Read(start: 0))
            {
                string name = Normalize(entry.Name);
                bool isTar = entry.Kind == TarEntryKind.File
                    && name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase)
                    && !ImageFileNames.IsHidden(name);
                if (!isTar)
                {
                    Add(name, entry);
                    continue;
                }

                // n01440764.tar holds the images of the class n01440764.
                string folder = name[..^4];
                string shown = $"'{Format.Plain(name)}' in '{path}'";
                TarHeaders headers = new(file, entry.Offset + entry.Length, shown);
                _folders.Add(folder);
                foreach (TarFileEntry inner in headers.Read(entry.Offset))
                {
                    Add($"{folder}/{Normalize(inner.Name)}", inner);
                }
            }
        }

        public TarSource ToSource(SafeFileHandle file)
        {
            string[] names = [.. _names];
            (long Offset, int Length)[] positions = [.. _positions];
            Array.Sort(names, positions, StringComparer.Ordinal);
            for (int i = 1; i < names.Length; i++)
            {
                if (names[i] == names[i - 1] && (i == 1 || names[i] != names[i - 2]))
                {
                    _errors.Add($"the entry '{names[i]}' occurs twice");
                }
            }

            _errors.ThrowIfAny("Recreate the archive without these entries.");
            return new TarSource(dataset, file, names, positions, new FolderTree(names, _folders));
        }

        // Names may contain '..', but are only compared and displayed; nothing is written to disk.
        private static string Normalize(string name) => ArchiveNames.Normal(name).TrimEnd('/');

        private void Add(string name, TarFileEntry entry)
        {
            if (entry.Kind == TarEntryKind.Folder)
            {
                if (name is not ("" or ".") && !ImageFileNames.IsHidden(name))
                {
                    _folders.Add(name);
                }
            }
            else if (!ImageFileNames.IsImage(name))
            {
                return;
            }
            else if (ArchiveNames.ProblemOf(name) is string problem)
            {
                _errors.Add($"the entry '{Format.Plain(name)}' {problem}");
            }
            else if (entry.Kind != TarEntryKind.File)
            {
                _errors.Add($"the entry '{name}' is a link or a device (tar's options --dereference and --hard-dereference store files)");
            }
            else if (entry.Length > options.MaxImageBytes)
            {
                _errors.Add(
                    $"the entry '{name}' has {entry.Length} bytes; the limit is {options.MaxImageBytes} "
                    + "(ImageDatasetOptions.MaxImageBytes)");
            }
            else
            {
                _names.Add(name);
                _positions.Add((entry.Offset, (int)entry.Length));
            }
        }
    }
}
