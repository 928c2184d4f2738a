using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Reads images from a zip file. Thread-safe: <see cref="ZipArchive"/> isn't, so one thread reads at a time.</summary>
internal sealed class ZipSource : IImageArchive
{
    // Images above this size that are not recognized and inflate by more than this factor are rejected before they are inflated.
    private const int MaxUnknownBytes = 1 << 20;
    private const int MaxUnknownRatio = 100;
    private const int SampleBytes = 64;

    // What all images of a batch and its successor take together. Typical images have less than 1 MB.
    private const long MaxBytesInUse = 256 << 20;

    private readonly Lock _gate = new();
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries;
    private bool _disposed;

    private ZipSource(string path, ZipArchive archive, Dictionary<string, ZipArchiveEntry> entries)
    {
        Name = Path.GetFileName(path);
        _archive = archive;
        _entries = entries;
        Names = [.. entries.Keys.Order(StringComparer.Ordinal)];
        Tree = new FolderTree(Names, archive.Entries.Select(e => FolderTree.ParentOf(NameOf(e))).Where(f => !ImageFileNames.IsHidden(f)));
    }

    public string Name { get; }

    /// <summary>Gets the limit on the memory of all images that were opened and not disposed yet.</summary>
    public MemoryGate Memory { get; } = new(MaxBytesInUse);

    public string[] Names { get; }

    public FolderTree Tree { get; }

    public static ZipSource Open(string path, LabelSet? labels, ImageDatasetOptions options)
    {
        FileStream file = RegularFile.OpenRead(path);
        ZipArchive? archive = null;
        try
        {
            archive = new ZipArchive(file, ZipArchiveMode.Read);
            return new ZipSource(path, archive, Index(path, archive, labels, options));
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
        byte[] buffer = [];
        int length = Read(name, size => buffer = GC.AllocateUninitializedArray<byte>(size));
        return buffer.AsMemory(0, length);
    }

    public LabeledImage Image(string name, int classIndex) => new(name, classIndex, () => Read(name), () => Open(name));

    /// <summary>Reads an image into pooled memory. Waits while the images in use take too much memory.</summary>
    public IMemoryOwner<byte> Open(string name)
    {
        long bytes = _entries[name].Length;
        Memory.Enter(bytes);
        byte[]? buffer = null;
        try
        {
            int length = Read(name, size => buffer = ArrayPool<byte>.Shared.Rent(size));
            return new PooledImage(Memory, bytes, buffer!, length);
        }
        catch
        {
            Release(Memory, bytes, buffer);
            throw;
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

    private static string NameOf(ZipArchiveEntry entry) => ArchiveNames.Normal(entry.FullName.Replace('\\', '/'));

    private static void Release(MemoryGate memory, long bytes, byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        memory.Exit(bytes);
    }

    /// <summary>Reads an image into a buffer of at least one byte more than its declared size. Returns its length.</summary>
    private int Read(string name, Func<int, byte[]> allocate)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ImageDataset));
            ZipArchiveEntry entry = _entries[name];
            try
            {
                using Stream stream = entry.Open();
                byte[] start = new byte[SampleBytes];
                int sampled = stream.ReadAtLeast(start, SampleBytes, throwOnEndOfStream: false);
                ThrowIfBomb(entry, name, start.AsSpan(0, sampled));

                // One byte more than declared, so that the end is noticed.
                byte[] buffer = allocate(Math.Max((int)entry.Length, sampled) + 1);
                start.AsSpan(0, sampled).CopyTo(buffer);
                Span<byte> rest = buffer.AsSpan(sampled, (int)Math.Max(entry.Length - sampled, 0) + 1);
                int length = sampled + stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
                return length == entry.Length && Crc32.HashToUInt32(buffer.AsSpan(0, length)) == entry.Crc32
                    ? length
                    : throw new IOException(
                        $"'{name}' is damaged: its size or checksum differs from the one in the archive. Create the archive again.");
            }
            catch (InvalidDataException exception)
            {
                throw new IOException($"'{name}' cannot be read from the archive: {exception.Message}", exception);
            }
        }
    }

    private static void ThrowIfBomb(ZipArchiveEntry entry, string name, ReadOnlySpan<byte> start)
    {
        if (entry.Length > MaxUnknownBytes
            && entry.Length / MaxUnknownRatio > entry.CompressedLength
            && ImageFormatDetector.Detect(start) == ImageFormat.Unknown)
        {
            throw new IOException(
                $"'{name}' is not read: it does not start as an image, and has {entry.Length} bytes that are compressed to "
                + $"{entry.CompressedLength}.");
        }
    }

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

            if (ArchiveNames.ProblemOf(name) is string problem)
            {
                errors.Add($"the entry '{Format.Plain(name)}' {problem}");
            }
            else if (!entries.TryAdd(name, entry))
            {
                errors.Add($"the entry '{name}' occurs twice");
            }
            else if (entry.IsEncrypted)
            {
                errors.Add($"the entry '{name}' is encrypted");
            }
            else if (entry.Length < 0 || entry.Length > options.MaxImageBytes)
            {
                errors.Add(
                    $"the entry '{name}' has {entry.Length} bytes uncompressed; the limit is {options.MaxImageBytes} "
                    + "(ImageDatasetOptions.MaxImageBytes)");
            }
        }

        errors.ThrowIfAny("Recreate the archive without these entries.");
        return entries;
    }

    private sealed class PooledImage(MemoryGate memory, long bytes, byte[] buffer, int length) : IMemoryOwner<byte>
    {
        private byte[]? _buffer = buffer;

        public Memory<byte> Memory => _buffer.AsMemory(0, length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _buffer, null) is byte[] pooled)
            {
                Release(memory, bytes, pooled);
            }
        }
    }
}
