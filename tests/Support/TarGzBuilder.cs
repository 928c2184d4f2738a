using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ResNet.Net.Tests.Support;

/// <summary>Builds tar.gz archives block by block, including malicious ones that no library writes.</summary>
internal sealed class TarGzBuilder
{
    public const char File = '0';
    public const char HardLink = '1';
    public const char SymbolicLink = '2';
    public const char CharacterDevice = '3';
    public const char BlockDevice = '4';
    public const char Folder = '5';
    public const char Fifo = '6';
    public const char Sparse = 'S';
    public const char Extended = 'x';
    public const char LongName = 'L';

    private const int Block = 512;

    private readonly List<byte> _tar = [];

    /// <summary>Gets the uncompressed archive, without its end marker.</summary>
    public byte[] Tar => [.. _tar];

    /// <summary>Gets the uncompressed archive.</summary>
    public byte[] TarWithEnd => [.. _tar, .. new byte[2 * Block]];

    public static byte[] Compress(ReadOnlySpan<byte> bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, level, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    /// <summary>Formats a pax extended attribute. Its length includes the digits of the length.</summary>
    public static byte[] Attribute(string key, string value)
    {
        int rest = Encoding.UTF8.GetByteCount($" {key}={value}\n");
        int length = rest + 1;
        while (length != rest + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return Encoding.UTF8.GetBytes($"{length} {key}={value}\n");
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="name">The name, at most 100 bytes.</param>
    /// <param name="content">The content.</param>
    /// <param name="type">The type flag.</param>
    /// <param name="link">The target of a link.</param>
    /// <param name="size">The size in the header; null for the length of the content.</param>
    public TarGzBuilder Add(string name, ReadOnlySpan<byte> content = default, char type = File, string link = "", long? size = null)
    {
        byte[] header = new byte[Block];
        Encoding.UTF8.GetBytes(name).CopyTo(header, 0);
        Octal(header.AsSpan(100, 8), 0b110_100_100);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        long claimed = size ?? content.Length;
        if (claimed < 1L << 33)
        {
            Octal(header.AsSpan(124, 12), claimed);
        }
        else
        {
            // GNU's format for sizes that exceed eleven octal digits.
            BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128, 8), claimed);
            header[124] = 0x80;
        }

        Octal(header.AsSpan(136, 12), 1_600_000_000);
        header[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).CopyTo(header, 157);
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = header.Sum(b => b);
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header, 148);
        return AddBytes(header).AddBytes(content).AddBytes(new byte[(Block - (content.Length % Block)) % Block]);
    }

    public TarGzBuilder AddBytes(ReadOnlySpan<byte> bytes)
    {
        _tar.AddRange(bytes);
        return this;
    }

    /// <summary>Returns the compressed archive.</summary>
    public byte[] Build() => Compress(TarWithEnd);

    private static void Octal(Span<byte> field, long value)
        => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(field.Length - 1, '0'), field);
}
