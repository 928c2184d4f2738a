using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>Represents ImageNet's development kit: the ids of the validation images and the synsets of the ids.</summary>
internal sealed record DevelopmentKit(IReadOnlyList<(int Number, string Text)> Lines, SynsetMap Synsets)
{
    public const string IdsName = "ILSVRC2012_validation_ground_truth.txt";
    public const string SynsetsName = "meta.mat";

    // The kit has 2.5 MB; its ids have 194 kB, and meta.mat less.
    private const int MaxFileBytes = 16 << 20;
    private const long MaxTotalBytes = 256 << 20;

    /// <summary>Returns whether a path is a development kit rather than a ground-truth file.</summary>
    public static bool Is(string path)
        => Directory.Exists(path) || Path.GetExtension(path).ToUpperInvariant() is ".GZ" or ".TGZ" or ".TAR";

    /// <summary>Reads the extracted kit or its archive.</summary>
    /// <exception cref="ImageDatasetException">The archive is damaged, or lacks a file.</exception>
    public static DevelopmentKit Load(string path)
    {
        if (Directory.Exists(path))
        {
            string data = File.Exists(Path.Combine(path, IdsName)) ? path : Path.Combine(path, "data");
            string ids = Path.Combine(data, IdsName);
            return File.Exists(ids)
                ? new DevelopmentKit(TextLines.Read(ids), SynsetMap.Load(Path.Combine(data, SynsetsName)))
                : throw Missing(path, IdsName);
        }

        using FileStream file = RegularFile.OpenRead(path);
        try
        {
            return Read(file, path);
        }
        catch (Exception exception) when (exception
            is InvalidDataException or FormatException or ArgumentException or InvalidOperationException or NotSupportedException
            or OverflowException or EndOfStreamException)
        {
            throw new ImageDatasetException(
                $"'{path}' is damaged or not the development kit ILSVRC2012_devkit_t12.tar.gz: {exception.Message} Download it again.",
                exception);
        }
    }

    private static DevelopmentKit Read(FileStream file, string path)
    {
        using Stream stream = Path.GetExtension(path).Equals(".tar", StringComparison.OrdinalIgnoreCase)
            ? file
            : new GZipStream(file, CompressionMode.Decompress);
        using LimitedStream limited = new(stream, _ => new InvalidDataException($"It exceeds {MaxTotalBytes} bytes uncompressed."))
        {
            Total = MaxTotalBytes,
        };
        byte[]? ids = null;
        byte[]? synsets = null;
        using (TarReader tar = new(limited, leaveOpen: true))
        {
            while ((ids is null || synsets is null) && Next(tar, limited) is TarEntry entry)
            {
                if (entry.DataStream is null)
                {
                    continue;
                }

                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                ids = name == IdsName ? Content(entry) : ids;
                synsets = name == SynsetsName ? Content(entry) : synsets;
            }
        }

        return new DevelopmentKit(
            TextLines.Read(new StringReader(Encoding.UTF8.GetString(ids ?? throw Missing(path, IdsName))), path),
            SynsetMap.FromMatlab(synsets ?? throw Missing(path, SynsetsName), $"{path}/{SynsetsName}"));
    }

    // TarReader reads extended headers into memory whatever their declared size.
    private static TarEntry? Next(TarReader tar, LimitedStream stream)
    {
        stream.Part = MaxFileBytes;
        TarEntry? entry = tar.GetNextEntry();
        stream.Part = long.MaxValue;
        return entry;
    }

    private static byte[] Content(TarEntry entry)
    {
        if (entry.Length > MaxFileBytes)
        {
            throw new InvalidDataException($"'{entry.Name}' has {entry.Length} bytes; the limit is {MaxFileBytes}.");
        }

        byte[] content = new byte[entry.Length];
        entry.DataStream!.ReadExactly(content);
        return content;
    }

    private static ImageDatasetException Missing(string path, string name)
        => new(
            $"The development kit '{path}' doesn't contain '{name}'. Download ILSVRC2012_devkit_t12.tar.gz, or specify a ground-truth "
            + "file.");
}
