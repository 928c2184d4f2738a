using System.Buffers;
using System.Runtime.InteropServices;

namespace ResNet.Net.Server;

/// <summary>Represents bytes as the 32-bit values that they contain, without copying them.</summary>
/// <param name="bytes">The bytes. Their length is a multiple of 4.</param>
internal sealed class FloatMemory(ReadOnlyMemory<byte> bytes) : MemoryManager<float>
{
    public override Span<float> GetSpan() => MemoryMarshal.Cast<byte, float>(MemoryMarshal.AsMemory(bytes).Span);

    public override MemoryHandle Pin(int elementIndex = 0) => bytes[(elementIndex * sizeof(float))..].Pin();

    public override void Unpin()
    {
        // The handle of the bytes unpins them.
    }

    protected override void Dispose(bool disposing)
    {
        // The request owns the bytes.
    }
}
