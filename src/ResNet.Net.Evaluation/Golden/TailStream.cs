using System.Buffers.Binary;

namespace ResNet.Net.Evaluation;

/// <summary>Remembers the last four bytes read from a stream: in a gzip file, the uncompressed size modulo 2^32 (RFC 1952).</summary>
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
