using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ResNet.Net.Training;

/// <summary>Identifies a vector in a cache: the SHA-256 of the file, and the view.</summary>
internal readonly record struct FeatureKey(UInt128 First, UInt128 Second, ImageView View)
{
    private const int HashLength = 32;

    /// <summary>The number of bytes: the hash, and four numbers of the view.</summary>
    public const int Length = HashLength + (4 * sizeof(float));

    public static FeatureKey Of(ReadOnlySpan<byte> fileHash, ImageView view)
        => new(BinaryPrimitives.ReadUInt128LittleEndian(fileHash), BinaryPrimitives.ReadUInt128LittleEndian(fileHash[16..]), view);

    public static FeatureKey Parse(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<float> view = MemoryMarshal.Cast<byte, float>(bytes.Slice(HashLength, Length - HashLength));
        return Of(bytes, new ImageView(view[0], view[1], view[2], view[3] != 0));
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, First);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[16..], Second);
        Span<float> view = MemoryMarshal.Cast<byte, float>(bytes.Slice(HashLength, Length - HashLength));
        (view[0], view[1], view[2], view[3]) = (View.Size, View.X, View.Y, View.IsMirrored ? 1 : 0);
    }
}

/// <summary>
/// Defines the format of a cache file: a header, then records of equal length. Each record is a key, the features as little-endian float32,
/// and a checksum of both. Not thread-safe.
/// </summary>
internal sealed class FeatureRecord
{
    /// <summary>The number of bytes of the header: magic number, version, dimension, identity, checksum.</summary>
    public const int HeaderLength = 64;

    // Increment when the format changes, or the features of the same backbone do.
    private const int Version = 1;
    private const int ChecksumLength = 16;
    private const int IdentityStart = 16;

    private readonly byte[] _header = new byte[HeaderLength];
    private readonly byte[] _record;
    private readonly byte[] _parsed;

    public FeatureRecord(ReadOnlySpan<byte> identity, int dimension)
    {
        "RNFEATUR"u8.CopyTo(_header);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(12), dimension);
        identity.CopyTo(_header.AsSpan(IdentityStart));
        WriteChecksum(_header);
        _record = new byte[FeatureKey.Length + (dimension * sizeof(float)) + ChecksumLength];
        _parsed = new byte[_record.Length];
    }

    /// <summary>Gets the number of bytes of a record.</summary>
    public int Length => _record.Length;

    public ReadOnlySpan<byte> Header => _header;

    /// <summary>Gets memory for one record.</summary>
    public Span<byte> Scratch => _parsed;

    /// <summary>Returns why a header does not belong to this cache; null if it does.</summary>
    public string? ProblemOf(ReadOnlySpan<byte> header)
        => header.SequenceEqual(_header) ? null
            : header.Length < HeaderLength || !header[..8].SequenceEqual(_header.AsSpan(0, 8)) || !HasChecksum(header) ? "it is damaged"
            : BinaryPrimitives.ReadInt32LittleEndian(header[8..]) is int version && version != Version
                ? $"its version is {version} instead of {Version}"
            : "it belongs to another model";

    /// <summary>Formats a record, in memory that the next call reuses.</summary>
    public ReadOnlySpan<byte> Format(FeatureKey key, ReadOnlySpan<float> features)
    {
        key.Write(_record);
        MemoryMarshal.AsBytes(features).CopyTo(_record.AsSpan(FeatureKey.Length));
        WriteChecksum(_record);
        return _record;
    }

    /// <summary>Reads the features of a record.</summary>
    /// <returns>Whether the record is intact and has the key.</returns>
    public static bool TryParse(ReadOnlySpan<byte> record, FeatureKey key, Span<float> features)
    {
        if (FeatureKey.Parse(record) != key || !HasChecksum(record))
        {
            return false;
        }

        record[FeatureKey.Length..^ChecksumLength].CopyTo(MemoryMarshal.AsBytes(features));
        return true;
    }

    private static void WriteChecksum(Span<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..^ChecksumLength], hash);
        hash[..ChecksumLength].CopyTo(bytes[^ChecksumLength..]);
    }

    private static bool HasChecksum(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..^ChecksumLength], hash);
        return hash[..ChecksumLength].SequenceEqual(bytes[^ChecksumLength..]);
    }
}
