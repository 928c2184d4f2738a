using System.Buffers.Binary;

namespace ResNet.Net.Internals.Golden;

/// <summary>Passes on what another stream gives, and remembers its last four bytes: in a gzip file, the size of what was compressed, modulo 2^32 (RFC 1952).</summary>
internal sealed class TailStream(Stream inner) : ReadStream
{
    private uint _tail;

    public uint Tail => BinaryPrimitives.ReverseEndianness(_tail);

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        foreach (byte value in buffer[Math.Max(0, read - sizeof(uint))..read])
        {
            _tail = (_tail << 8) | value;
        }

        return read;
    }
}
