using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ResNet.Net.Onnx;

namespace ResNet.Net.Evaluation;

/// <summary>
/// Reads the records of an LMDB database file (data format 1: LMDB 0.9, 64-bit, little-endian) without mapping or locking it: a damaged
/// file cannot crash the process, and a read-only folder suffices.
/// </summary>
/// <remarks>
/// A page is a header of 16 bytes, an array of node offsets, and nodes. Branch nodes refer to pages; leaf nodes hold a key and a value, or
/// refer to the overflow pages with the value. Pages 0 and 1 describe the database; the one with the higher transaction id is valid.
/// </remarks>
internal sealed class LmdbFile : IDisposable
{
    /// <summary>The name of the file in the folder of a database.</summary>
    public const string DefaultName = "data.mdb";

    private const int PageHeader = 16;
    private const int NodeHeader = 8;
    private const int MaxDepth = 32;
    private const int MaxKey = 1024;

    // Flags of pages, nodes and databases.
    private const int Branch = 1;
    private const int Leaf = 2;
    private const int Overflow = 4;
    private const int BigData = 1;
    private const int SortedDuplicates = 4;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly int _pageSize;
    private readonly Meta _meta;

    private LmdbFile(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        long length = RandomAccess.GetLength(file);
        Meta first = ReadMeta(0);
        _pageSize = (int)first.PageSize;
        if (!BitOperations.IsPow2(first.PageSize) || first.PageSize is < 256 or > 65536)
        {
            throw Damaged($"its page size is {first.PageSize}");
        }

        Meta second = ReadMeta(_pageSize);
        _meta = second.Transaction > first.Transaction ? second : first;
        if (second.PageSize != first.PageSize || _meta.LastPage >= (ulong)(length / _pageSize))
        {
            throw Damaged($"it has {length} bytes, but its last page is {_meta.LastPage} of {_pageSize} bytes, so it is truncated");
        }

        if ((_meta.Flags & SortedDuplicates) != 0)
        {
            throw new ImageDatasetException($"'{path}' has several values per key (MDB_DUPSORT). Use a database with one value per key.");
        }
    }

    /// <summary>Gets the number of records that the file declares.</summary>
    public long Count => _meta.Entries;

    /// <summary>Opens a database.</summary>
    /// <param name="path">The file, usually <c>data.mdb</c>.</param>
    /// <exception cref="ImageDatasetException">The file is not an LMDB file, or is truncated or damaged.</exception>
    public static LmdbFile Open(string path)
    {
        SafeFileHandle file = RegularFile.OpenHandle(path, FileShare.ReadWrite, FileOptions.RandomAccess);
        try
        {
            return new LmdbFile(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Returns the keys and the positions of the values in the file, in the order of the keys.</summary>
    /// <exception cref="ImageDatasetException">The file is damaged.</exception>
    public IEnumerable<LmdbRecord> Records()
    {
        if (_meta.Root == ulong.MaxValue)
        {
            yield break;
        }

        // A page has one parent, so a second visit is damage. This also bounds the work by the size of the file.
        HashSet<ulong> visited = [];
        Stack<(byte[] Page, ulong Number, int Next)> path = new();
        path.Push((ReadPage(_meta.Root, visited), _meta.Root, 0));
        while (path.TryPop(out (byte[] Page, ulong Number, int Next) top))
        {
            if (top.Next == NodeCount(top.Page))
            {
                continue;
            }

            path.Push(top with { Next = top.Next + 1 });
            int node = NodeAt(top.Page, top.Next);
            if (IsLeaf(top.Page))
            {
                yield return Record(top.Page, top.Number, node);
            }
            else if (path.Count >= MaxDepth)
            {
                throw Damaged($"its tree is deeper than {MaxDepth} pages");
            }
            else
            {
                ulong child = BinaryPrimitives.ReadUInt64LittleEndian(top.Page.AsSpan(node)) & 0xFFFF_FFFF_FFFF;
                path.Push((ReadPage(child, visited), child, 0));
            }
        }
    }

    /// <summary>Fills a buffer from a position; returns false if the file ends before or is closed.</summary>
    public bool TryRead(Span<byte> buffer, long position) => TarSource.TryRead(_file, buffer, position);

    public ImageDatasetException Damaged(string reason)
        => new($"'{_path}' is damaged or not an LMDB database: {reason}. Copy or create it again.");

    public void Dispose() => _file.Dispose();

    private static bool IsLeaf(ReadOnlySpan<byte> page) => (page[10] & Leaf) != 0;

    private static int NodeCount(ReadOnlySpan<byte> page) => (BinaryPrimitives.ReadUInt16LittleEndian(page[12..]) - PageHeader) / 2;

    private LmdbRecord Record(ReadOnlySpan<byte> page, ulong number, int node)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(page[node..]);
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(page[(node + 4)..]);
        int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(page[(node + 6)..]);
        if ((flags & ~BigData) != 0)
        {
            throw new ImageDatasetException(
                $"'{_path}' contains named databases or several values for a key. An image database has one value for each key.");
        }

        int value = node + NodeHeader + keyLength;
        int stored = flags == BigData ? sizeof(ulong) : (int)Math.Min(length, int.MaxValue);
        if (keyLength > MaxKey || value > page.Length || stored > page.Length - value)
        {
            throw Damaged($"a record of page {number} exceeds the page");
        }

        ReadOnlySpan<byte> key = page.Slice(node + NodeHeader, keyLength);
        long position = flags == BigData
            ? OverflowPosition(BinaryPrimitives.ReadUInt64LittleEndian(page[value..]), length)
            : ((long)number * _pageSize) + value;
        return new LmdbRecord(NameOf(key), position, length);
    }

    private long OverflowPosition(ulong number, uint length)
    {
        Span<byte> header = stackalloc byte[PageHeader];
        ulong pages = ((ulong)length + PageHeader + (uint)_pageSize - 1) / (uint)_pageSize;
        if (number > _meta.LastPage || pages > _meta.LastPage - number + 1)
        {
            throw Damaged($"a value of {length} bytes on page {number} exceeds the file");
        }

        long start = (long)number * _pageSize;
        return TryRead(header, start) && BinaryPrimitives.ReadUInt64LittleEndian(header) == number && (header[10] & Overflow) != 0
            ? start + PageHeader
            : throw Damaged($"page {number} is not the start of a value");
    }

    // Caffe's keys are text; others are shown in hexadecimal.
    private static string NameOf(ReadOnlySpan<byte> key)
        => key.Length > 0 && !key.ContainsAnyExceptInRange((byte)' ', (byte)'~') && key.ContainsAnyExcept((byte)' ')
            ? Encoding.ASCII.GetString(key)
            : $"0x{Convert.ToHexStringLower(key)}";

    private int NodeAt(ReadOnlySpan<byte> page, int index)
    {
        int node = BinaryPrimitives.ReadUInt16LittleEndian(page[(PageHeader + (2 * index))..]);
        return node >= PageHeader && node <= page.Length - NodeHeader ? node : throw Damaged("a node lies outside of its page");
    }

    private byte[] ReadPage(ulong number, HashSet<ulong> visited)
    {
        byte[] page = new byte[_pageSize];
        if (number > _meta.LastPage || !visited.Add(number) || !TryRead(page, (long)number * _pageSize))
        {
            throw Damaged($"page {number} doesn't exist or is used twice");
        }

        int lower = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(12));
        int kind = page[10] & (Branch | Leaf | Overflow);
        bool isNode = kind is Branch or Leaf && lower >= PageHeader && lower <= _pageSize;
        return isNode && BinaryPrimitives.ReadUInt64LittleEndian(page) == number
            ? page
            : throw Damaged($"page {number} has a wrong header");
    }

    private Meta ReadMeta(long position)
    {
        Span<byte> page = stackalloc byte[PageHeader + 136];
        if (!TryRead(page, position) || BinaryPrimitives.ReadUInt32LittleEndian(page[16..]) != 0xBEEFC0DE)
        {
            throw Damaged($"it has no description at byte {position}");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[20..]);
        if (version != 1)
        {
            throw new ImageDatasetException(
                $"'{_path}' has version {version} of LMDB's data format; version 1 (LMDB 0.9), which Caffe writes, is supported. "
                + "Convert it with mdb_dump and the mdb_load of LMDB 0.9.");
        }

        return new Meta(
            BinaryPrimitives.ReadUInt32LittleEndian(page[40..]),
            BinaryPrimitives.ReadUInt16LittleEndian(page[92..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[120..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[128..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[136..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[144..]));
    }

    private readonly record struct Meta(uint PageSize, ushort Flags, long Entries, ulong Root, ulong LastPage, ulong Transaction);
}

/// <summary>Represents a key and the position of its value in the file.</summary>
internal readonly record struct LmdbRecord(string Key, long Offset, long Length);
