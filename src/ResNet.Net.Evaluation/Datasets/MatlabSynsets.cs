using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Reads ids and synsets from the development kit's meta.mat: the fields ILSVRC2012_ID and WNID of the structure array 'synsets' in
/// MATLAB's level 5 format.
/// </summary>
/// <param name="path">The file, for error messages.</param>
internal sealed class MatlabSynsets(string path)
{
    private const int Header = 128;
    private const int MaxBytes = 64 << 20;
    private const int MaxElements = 100_000;

    // Types of data elements, and classes of arrays.
    private const uint Matrix = 14;
    private const uint Compressed = 15;
    private const byte Structure = 2;
    private const byte Characters = 4;

    /// <summary>Returns whether a file begins as a MATLAB file of any version.</summary>
    public static bool IsMatlab(ReadOnlySpan<byte> file) => file.StartsWith("MATLAB "u8);

    /// <summary>Returns the synset of each id.</summary>
    /// <exception cref="ImageDatasetException">The file is damaged, or has no synsets.</exception>
    public Dictionary<int, string> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < Header || !file.Slice(124, 4).SequenceEqual("\0\u0001IM"u8))
        {
            throw Damaged("it is not a little-endian MATLAB 5 file");
        }

        ReadOnlySpan<byte> rest = file[Header..];
        while (!rest.IsEmpty)
        {
            if (Variable(ref rest) is Dictionary<int, string> synsets)
            {
                return synsets;
            }
        }

        throw Damaged("it has no structure array 'synsets'");
    }

    private Dictionary<int, string>? Variable(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> element = Next(ref rest, out uint type);
        if (type == Compressed)
        {
            ReadOnlySpan<byte> inner = Decompress(element);
            ReadOnlySpan<byte> variable = Next(ref inner, out type);
            return type == Matrix ? Synsets(variable) : null;
        }

        return type == Matrix ? Synsets(element) : null;
    }

    private Dictionary<int, string>? Synsets(ReadOnlySpan<byte> matrix)
    {
        (byte kind, long count) = ReadHead(ref matrix, out string name);
        if (kind != Structure || name != "synsets")
        {
            return null;
        }

        ReadOnlySpan<byte> width = Next(ref matrix, out _);
        ReadOnlySpan<byte> names = Next(ref matrix, out _);
        int length = width.Length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(width) : 0;
        if (length < 1 || length > names.Length || names.Length % length != 0 || count > MaxElements)
        {
            throw Damaged("the structure array is malformed");
        }

        string[] fields = [.. names.ToArray().Chunk(length).Select(f => Encoding.ASCII.GetString(f).TrimEnd('\0'))];
        int idField = Array.IndexOf(fields, "ILSVRC2012_ID");
        int synsetField = Array.IndexOf(fields, "WNID");
        if (idField < 0 || synsetField < 0)
        {
            throw Damaged("'synsets' has no fields ILSVRC2012_ID and WNID");
        }

        Dictionary<int, string> synsets = [];
        for (long i = 0; i < count; i++)
        {
            int id = 0;
            string synset = "";
            for (int field = 0; field < fields.Length; field++)
            {
                ReadOnlySpan<byte> value = Next(ref matrix, out uint type);
                if (type != Matrix)
                {
                    throw Damaged($"a value of '{fields[field]}' is not an array");
                }

                id = field == idField ? Number(value) : id;
                synset = field == synsetField ? Text(value) : synset;
            }

            if (ClassNames.SynsetAtStart(synset) != synset || !synsets.TryAdd(id, synset))
            {
                throw Damaged($"id {id} occurs twice, or its synset '{Format.Shorten(synset, 40)}' is not one");
            }
        }

        return synsets.Count > 0 ? synsets : throw Damaged("'synsets' is empty");
    }

    /// <summary>Reads what precedes the values of an array: flags, dimensions and name.</summary>
    private (byte Class, long Count) ReadHead(ref ReadOnlySpan<byte> matrix, out string name)
    {
        ReadOnlySpan<byte> flags = Next(ref matrix, out _);
        ReadOnlySpan<byte> dimensions = Next(ref matrix, out _);
        name = Encoding.ASCII.GetString(Next(ref matrix, out _));
        if (flags.Length != 8 || dimensions.Length is < 8 or > 32 || dimensions.Length % 4 != 0)
        {
            throw Damaged("an array has no flags or dimensions");
        }

        long count = 1;
        for (; !dimensions.IsEmpty; dimensions = dimensions[4..])
        {
            count = Math.Min(count, int.MaxValue) * BinaryPrimitives.ReadUInt32LittleEndian(dimensions);
        }

        return (flags[0], count);
    }

    private int Number(ReadOnlySpan<byte> matrix)
    {
        ReadHead(ref matrix, out _);
        ReadOnlySpan<byte> data = Next(ref matrix, out uint type);

        // MATLAB stores doubles in the smallest type that holds their values.
        double value = (type, data.Length) switch
        {
            (1, 1) => (sbyte)data[0],
            (2, 1) => data[0],
            (3, 2) => BinaryPrimitives.ReadInt16LittleEndian(data),
            (4, 2) => BinaryPrimitives.ReadUInt16LittleEndian(data),
            (5, 4) => BinaryPrimitives.ReadInt32LittleEndian(data),
            (6, 4) => BinaryPrimitives.ReadUInt32LittleEndian(data),
            (7, 4) => BinaryPrimitives.ReadSingleLittleEndian(data),
            (9, 8) => BinaryPrimitives.ReadDoubleLittleEndian(data),
            _ => double.NaN,
        };
        return value is >= 1 and <= MaxElements && value == Math.Floor(value)
            ? (int)value
            : throw Damaged("an ILSVRC2012_ID is not a number");
    }

    private string Text(ReadOnlySpan<byte> matrix)
    {
        (byte kind, _) = ReadHead(ref matrix, out _);
        ReadOnlySpan<byte> data = Next(ref matrix, out uint type);
        return (kind, type) switch
        {
            (Characters, 1 or 2 or 16) => Encoding.UTF8.GetString(data),
            (Characters, 4 or 17) => Encoding.Unicode.GetString(data),
            _ => throw Damaged("a WNID is not text"),
        };
    }

    /// <summary>Takes the next data element from the start of a span. Elements of at most 4 bytes share the 8 bytes of their tag.</summary>
    private ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> span, out uint type)
    {
        const int Tag = 8;
        if (span.Length < Tag)
        {
            throw Damaged("it is truncated");
        }

        type = BinaryPrimitives.ReadUInt32LittleEndian(span);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(span[4..]);
        int start = Tag;
        long total = type == Compressed ? (long)Tag + size : Tag + (((long)size + 7) & ~7L);
        if (type >> 16 != 0)
        {
            (type, size, start, total) = (type & 0xFFFF, type >> 16, 4, Tag);
        }

        if (size > span.Length - start || (start == 4 && size > 4))
        {
            throw Damaged("it is truncated");
        }

        ReadOnlySpan<byte> element = span.Slice(start, (int)size);
        span = span[(int)Math.Min(total, span.Length)..];
        return element;
    }

    private byte[] Decompress(ReadOnlySpan<byte> compressed)
    {
        try
        {
            using MemoryStream source = new(compressed.ToArray());
            using ZLibStream stream = new(source, CompressionMode.Decompress);
            return BoundedRead.ToEnd(stream, compressed.Length, MaxBytes, path).ToArray();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw Damaged(exception.Message.TrimEnd('.'));
        }
    }

    private ImageDatasetException Damaged(string reason)
        => new(
            $"'{path}' cannot be read: {reason}. Use meta.mat of the development kit (ILSVRC2012_devkit_t12.tar.gz), or a text file with "
            + "lines such as 'n02119789 1'.");
}
