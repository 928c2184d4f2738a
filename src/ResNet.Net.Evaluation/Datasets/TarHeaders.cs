using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ResNet.Net.Evaluation;

/// <summary>Reads the headers of an uncompressed tar file (original, ustar, pax and GNU formats) and skips the contents.</summary>
/// <remarks>
/// <see cref="System.Formats.Tar.TarReader"/> accepts a file without an end marker, which hides a truncated download, and reads extended
/// headers of any declared size into memory.
/// </remarks>
/// <param name="file">The file.</param>
/// <param name="end">The position after the archive in the file.</param>
/// <param name="archive">The archive, for error messages: <c>'val.tar'</c>.</param>
internal sealed class TarHeaders(SafeFileHandle file, long end, string archive)
{
    private const int Block = 512;

    // Paths are shorter; the limits keep a small file from using much memory.
    private const int MaxExtension = 64 * 1024;
    private const int MaxPath = 1024;
    private const int MaxDepth = 16;

    private string? _longName;
    private string? _paxPath;
    private long? _paxSize;

    /// <summary>Returns the entries in the order of the file.</summary>
    /// <param name="start">The position of the first header in the file.</param>
    /// <exception cref="ImageDatasetException">The archive is damaged, truncated or of an unsupported kind.</exception>
    public IEnumerable<TarFileEntry> Read(long start)
    {
        byte[] header = new byte[Block];
        for (long position = start; ;)
        {
            ReadBlock(header, position);
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
            {
                yield break;
            }

            if (!HasValidChecksum(header))
            {
                throw Damaged($"the header at byte {position} has a wrong checksum");
            }

            char type = (char)header[156];
            bool isExtension = type is 'x' or 'g' or 'L' or 'K';
            long offset = position + Block;
            long size = type is >= '1' and <= '6' ? 0 // links, devices and folders have no content, whatever the header says
                : isExtension || _paxSize is null ? Number(header.AsSpan(124, 12), position)
                : _paxSize.Value;
            if (size > end - offset)
            {
                throw Damaged($"the entry at byte {position} has {size} bytes, but only {Math.Max(end - offset, 0)} follow");
            }

            position = offset + size + ((Block - (size % Block)) % Block);
            if (isExtension)
            {
                ReadExtension(type, offset, size);
                continue;
            }

            if (type is 'S' or 'M')
            {
                throw new ImageDatasetException(
                    $"{archive} contains a {(type == 'S' ? "sparse file" : "file that continues on another volume")}. "
                    + "Recreate it without the options --sparse and --multi-volume.");
            }

            string name = _paxPath ?? _longName ?? NameOf(header);
            _paxPath = null;
            _longName = null;
            _paxSize = null;
            if (name.Length > MaxPath || name.AsSpan().Count('/') > MaxDepth)
            {
                throw Damaged(
                    $"the path '{Format.Shorten(name, 100)}' has {name.Length} characters and {name.AsSpan().Count('/')} separators; "
                    + $"the limits are {MaxPath} and {MaxDepth}");
            }

            yield return new TarFileEntry(name, offset, size, type switch
            {
                '5' => TarEntryKind.Folder,
                '0' or '\0' or '7' => name.EndsWith('/') ? TarEntryKind.Folder : TarEntryKind.File,
                '1' or '2' => TarEntryKind.Link,
                _ => TarEntryKind.Other,
            });
        }
    }

    public ImageDatasetException Damaged(string reason)
        => new($"{archive} is damaged or not a tar file: {reason}. Download or create it again.");

    private void ReadBlock(Span<byte> block, long position)
    {
        if (end - position < block.Length || !TarSource.TryRead(file, block, position))
        {
            throw Damaged($"it ends at byte {end} without the zeros that mark the end, so it is truncated");
        }
    }

    private void ReadExtension(char type, long offset, long size)
    {
        if (size > MaxExtension)
        {
            throw Damaged($"an extended header has {size} bytes; the limit is {MaxExtension}");
        }

        if (type is 'g' or 'K')
        {
            return; // comments, and targets of links
        }

        byte[] content = new byte[size];
        if (!TarSource.TryRead(file, content, offset))
        {
            throw Damaged("it is truncated");
        }

        if (type == 'L')
        {
            _longName = Text(content);
            return;
        }

        ReadAttributes(content);
    }

    // Records of pax: 'length key=value\n', where the length counts the whole record.
    private void ReadAttributes(ReadOnlySpan<byte> records)
    {
        while (!records.IsEmpty)
        {
            int blank = records.IndexOf((byte)' ');
            if (blank < 1
                || !int.TryParse(records[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 1
                || length > records.Length
                || records[length - 1] != '\n')
            {
                throw Damaged("an extended header is malformed");
            }

            string record = Encoding.UTF8.GetString(records[(blank + 1)..(length - 1)]);
            records = records[length..];
            int equals = record.IndexOf('=', StringComparison.Ordinal);
            string key = record[..Math.Max(equals, 0)];
            string value = record[(equals + 1)..];
            if (key == "path")
            {
                _paxPath = value;
            }
            else if (key == "size")
            {
                _paxSize = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                    ? size
                    : throw Damaged($"an extended header has the size '{Format.Plain(value)}'");
            }
            else if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
            {
                throw new ImageDatasetException($"{archive} contains a sparse file. Recreate it without the option --sparse.");
            }
        }
    }

    private static string NameOf(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);

        // GNU's format, 'ustar  ', has times in place of the prefix.
        string prefix = header.Slice(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static string Text(ReadOnlySpan<byte> field)
        => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and int length ? field[..length] : field);

    private static bool HasValidChecksum(ReadOnlySpan<byte> header)
    {
        // The checksum counts its own field as blanks. Some old programs summed signed bytes.
        int sum = 8 * ' ';
        int signed = sum;
        for (int i = 0; i < header.Length; i++)
        {
            if (i is < 148 or >= 156)
            {
                sum += header[i];
                signed += (sbyte)header[i];
            }
        }

        return Octal(header.Slice(148, 8)) is long stored && (stored == sum || stored == signed);
    }

    private long Number(ReadOnlySpan<byte> field, long position)
    {
        // GNU's format for sizes of more than eleven octal digits.
        long? value = field[0] == 0x80 && !field[1..4].ContainsAnyExcept((byte)0) ? BinaryPrimitives.ReadInt64BigEndian(field[4..])
            : Octal(field);
        return value is >= 0 ? value.Value : throw Damaged($"the header at byte {position} has no valid size");
    }

    /// <summary>Parses octal digits between blanks and zero bytes; an empty field is 0.</summary>
    private static long? Octal(ReadOnlySpan<byte> field)
    {
        long value = 0;
        foreach (byte digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            value = (value * 8) + (digit - '0');
        }

        return value;
    }
}

/// <summary>Specifies the kind of a tar entry.</summary>
internal enum TarEntryKind
{
    File,
    Folder,
    Link,
    Other,
}

/// <summary>Represents an entry of a tar file and the position of its content.</summary>
internal readonly record struct TarFileEntry(string Name, long Offset, long Length, TarEntryKind Kind);
