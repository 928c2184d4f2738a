using NetVips;

namespace ResNet.Net;

/// <summary>Lets libvips read memory of the caller's without a copy.</summary>
internal sealed unsafe class MemorySource : IDisposable
{
    private readonly int _length;
    private byte* _memory;
    private long _position;
    private SourceCustom? _source;

    /// <param name="memory">Pinned until the source is disposed.</param>
    /// <param name="length">The number of bytes.</param>
    public MemorySource(byte* memory, int length)
    {
        _memory = memory;
        _length = length;
        Rewind();
    }

    public Source Source => _source!;

    /// <summary>Replaces the source by a new one at the beginning: a source that was read cannot be loaded again.</summary>
    public void Rewind()
    {
        _source?.Dispose();
        _position = 0;
        _source = new SourceCustom();
        _source.OnRead += Read;
        _source.OnSeek += Seek;
    }

    public void Dispose()
    {
        // Whatever still holds the source reads nothing from now on.
        _memory = null;
        _source?.Dispose();
    }

    private int Read(byte[] buffer, int length)
    {
        if (_memory is null || _position >= _length)
        {
            return 0;
        }

        int count = (int)Math.Min(length, _length - _position);
        new ReadOnlySpan<byte>(_memory + _position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    private long Seek(long offset, SeekOrigin origin)
    {
        long position = offset + (origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => _position, _ => _length });
        if (position < 0)
        {
            return -1;
        }

        _position = position;
        return position;
    }
}
