using System.Buffers.Binary;

namespace ResNet.Net.Fuzz;

/// <summary>Builds a binary file from its fields.</summary>
internal sealed class BinaryFile
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => [.. _bytes];

    public BinaryFile Bytes(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public BinaryFile Int16(int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16LittleEndian(bytes, unchecked((short)value));
        return Bytes(bytes);
    }

    public BinaryFile Int32(long value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, unchecked((int)value));
        return Bytes(bytes);
    }

    public BinaryFile Repeat(int count, params ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < count; i++)
        {
            _bytes.AddRange(bytes);
        }

        return this;
    }
}
